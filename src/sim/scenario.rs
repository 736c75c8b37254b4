//! Named phones.
