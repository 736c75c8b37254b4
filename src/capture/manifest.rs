//! `capture.json` and `masked.txt`: what was captured, and what of it was masked.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Capture, Kind};
use crate::model::Presence;

/// Version of the folder's form.
const SCHEMA: u32 = 1;

/// What a capture says about its circumstances.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// The program and its version.
    pub tool: String,
    /// `2026-11-24`.
    pub date: String,
    /// The phone's model, for people.
    pub model: Option<String>,
    /// Its software, for people.
    pub software: Option<String>,
}

impl Capture {
    /// How many texts of each kind were masked; kinds that do not occur are left out.
    #[must_use]
    pub fn counts(&self) -> Vec<(Kind, usize)> {
        let count = |kind: Kind| self.tree.masked.iter().filter(|m| m.kind == kind).count();
        Kind::ALL.into_iter().map(|kind| (kind, count(kind))).filter(|(_, n)| *n > 0).collect()
    }

    /// The files of the folder, by name.
    #[must_use]
    pub fn files(&self, about: &About) -> Vec<(&'static str, Vec<u8>)> {
        let json = serde_json::to_string_pretty(&self.manifest(about)).unwrap_or_default();
        let mut files = vec![
            (super::folder::MANIFEST, format!("{json}\n").into_bytes()),
            (super::folder::PROPERTIES, super::folder::properties(&self.props).into_bytes()),
            (super::folder::SCREEN, self.tree.xml.clone().into_bytes()),
            ("masked.txt", self.summary().into_bytes()),
        ];
        if let Ok(png) = &self.picture {
            files.push(("screen.png", png.clone()));
        }
        files
    }

    fn manifest(&self, about: &About) -> Value {
        let masked: Vec<Value> = (self.tree.masked.iter())
            .map(|m| json!({"node": m.node, "id": m.id, "attribute": m.attribute, "kind": m.kind.as_str(), "chars": m.chars}))
            .collect();
        let users: Vec<Value> = (self.users.iter())
            .map(|(user, accounts, xiaomi)| json!({"user": user, "accounts": accounts, "xiaomi": xiaomi}))
            .collect();
        json!({
            "type": "capture", "schema": SCHEMA, "tool": about.tool, "captured": about.date,
            "model": about.model, "software": about.software,
            "profile": self.profile.as_ref().ok(), "no_profile": self.profile.as_ref().err(), "screen": self.fits,
            "focus": self.focus.as_ref().map(ToString::to_string),
            "account": match self.presence {
                Presence::Present => "present",
                Presence::Absent => "absent",
                Presence::Unknown => "unknown",
            },
            "users": users, "display": self.display,
            "picture": self.picture.is_ok(), "no_picture": self.picture.as_ref().err(),
            "masked": masked, "properties_left_out": self.props_left_out,
        })
    }

    /// What was masked, for people.
    #[must_use]
    pub fn summary(&self) -> String {
        let mut out = String::from(
            "What was masked here. Letters became x (or a letter of the same script), digits 0; texts of apps that\n\
             mi-signout knows, ids, classes and places stay as they were.\n\n",
        );
        for (kind, count) in self.counts() {
            let _ = writeln!(out, "{count:>5} {}", kind.as_str());
        }
        let _ = writeln!(out, "{:>5} properties left out", self.props_left_out);
        out.push_str("      account names and ids left out; only their number is told\n");
        match &self.picture {
            Ok(_) => {
                let kept = self.tree.known.len();
                let _ = writeln!(
                    out,
                    "      in the picture only the {kept} places of known texts are left, the rest is painted over"
                );
            }
            Err(why) => {
                let _ = writeln!(out, "      no picture: {why}");
            }
        }
        if !self.tree.masked.is_empty() {
            out.push_str("\nnode  attribute     characters  id\n");
        }
        for m in &self.tree.masked {
            let _ = writeln!(out, "{:>4}  {:<12}  {:>10}  {}", m.node, m.attribute, m.chars, m.id);
        }
        out
    }
}
