//! The shipped profiles: they load, choose and recognise.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use mi_signout::profile::{Catalog, Choice};

fn fixtures(folder: &str, ext: &str) -> Vec<(String, PathBuf)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(folder);
    let mut found: Vec<(String, PathBuf)> = std::fs::read_dir(&dir)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == ext))
        .map(|p| (p.file_stem().unwrap().to_str().unwrap().to_owned(), p))
        .collect();
    found.sort();
    assert!(!found.is_empty(), "{} is empty", dir.display());
    found
}

#[test]
fn every_shipped_file_loads() {
    match Catalog::builtin() {
        Ok(catalog) => assert!(catalog.get("miui").is_some()),
        Err(error) => panic!("{error}"),
    }
}
