//! `stations.toml`: the adb servers of several benches, with their names and the numbers on their trays.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::failure::Failure;
use crate::capture;
use crate::fleet::StationNumbers;
use crate::model::AdbServer;
use crate::profile::MAX_BYTES;
use crate::text::say;

/// One bench's adb server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Station {
    /// What people call it.
    pub(crate) name: String,
    /// Where its adb server is reached, mostly at the near end of an ssh tunnel.
    pub(crate) adb: AdbServer,
    /// The numbers on its tray.
    pub(crate) numbers: StationNumbers,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    station: Vec<RawStation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawStation {
    name: String,
    adb: String,
    first_number: Option<u32>,
    #[serde(default)]
    plugs: BTreeMap<String, u32>,
}

/// Reads the file.
///
/// # Errors
/// With the line, where it is not as described; where two stations have one name or one address.
pub(crate) fn read(path: &Path) -> Result<Vec<Station>, Failure> {
    let wrong = |why: String| {
        Failure::usage(say!("stations-could-not-be-read", why))
            .at(path.display().to_string())
            .hint(say!("this-is-how-stations-look"))
    };
    let text = capture::read_regular_text(path, MAX_BYTES).map_err(|error| wrong(error.to_string()))?;
    parse(&text).map_err(wrong)
}

fn parse(text: &str) -> Result<Vec<Station>, String> {
    let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
    let mut stations: Vec<Station> = Vec::new();
    for RawStation { name, adb, first_number, plugs } in file.station {
        let adb: AdbServer = adb.parse().map_err(|why| say!("station-is-wrong", name, why))?;
        if let Some(other) = stations.iter().find(|other| other.name == name || other.adb == adb) {
            return Err(say!("stations-share-a-name-or-address", name = other.name, name2 = name));
        }
        stations.push(Station { name, adb, numbers: StationNumbers { first: first_number, plugs } });
    }
    if stations.is_empty() {
        return Err(say!("no-station-in-the-file"));
    }
    Ok(stations)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stations_have_a_name_an_address_and_numbers() {
        let text = "[[station]]\nname = 'bench-1'\nadb = '127.0.0.1:5037'\n\n[[station]]\nname = 'bench-2'\nadb = '127.0.0.1:5038'\nfirst-number = 33\n[station.plugs]\n'1-4.2' = 40\n";
        let stations = parse(text).unwrap();
        assert_eq!(stations[0].numbers, StationNumbers::default());
        assert_eq!((stations[1].adb.port, stations[1].numbers.first), (5038, Some(33)));
        assert_eq!(stations[1].numbers.plugs["1-4.2"], 40);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let of = |text: &str| parse(text).unwrap_err();
        assert!(of("").contains("no [[station]]"));
        assert!(of("[[station]]\nname = 'a'\nadb = 'nowhere'").contains("station 'a'"));
        assert!(of("[[station]]\nname = 'a'\nadress = 'x'").contains("adress"));
        let twice = "[[station]]\nname = 'a'\nadb = 'h:1'\n[[station]]\nname = 'b'\nadb = 'h:1'";
        assert!(of(twice).contains("'a' and 'b'"));
    }
}
