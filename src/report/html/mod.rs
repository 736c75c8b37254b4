//! The page of a run: a summary, and a card per phone that prints as its certificate. One file that fetches nothing.

mod card;
mod elements;
mod page;

pub(super) use page::{language, parse, render};
