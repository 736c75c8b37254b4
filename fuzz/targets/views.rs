#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mi_signout_fuzz::targets::views(bytes));
