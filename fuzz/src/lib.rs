//! The fuzz targets' bodies, shared with the ordinary tests.

#[path = "../../tests/it/fuzz_seeds/targets.rs"]
pub mod targets;
