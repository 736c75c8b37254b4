//! A phone's file system, in memory.
