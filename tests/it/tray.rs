//! A tray of phones through the real binary.
