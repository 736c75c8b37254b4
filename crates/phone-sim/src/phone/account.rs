//! The account on a phone, Find Device, and how far a sign-out has come.

use std::collections::VecDeque;

use crate::screens::ScreenId as S;
use crate::spec::{AppGeneration, Branch, PhoneSpec};

/// The account of the user in front.
#[derive(Debug)]
pub(super) struct Account {
    name: Option<String>,
    find_device: bool,
    /// The rest of a running sign-out.
    plan: VecDeque<S>,
    data_kept: Option<bool>,
}

/// What an account leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Removed {
    /// Whether Find Device was on until now.
    pub find_device: bool,
    /// Whether the synced data was kept; `None` where the phone did not ask.
    pub data_kept: Option<bool>,
}

impl Account {
    /// The account that a phone is made with.
    pub(super) fn new(spec: &PhoneSpec) -> Self {
        Self {
            name: spec.account.clone(),
            find_device: spec.find_device && spec.account.is_some(),
            plan: VecDeque::new(),
            data_kept: None,
        }
    }

    /// Its id, where somebody is signed in.
    pub(super) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Whether Find Device is on.
    pub(super) fn find_device(&self) -> bool {
        self.find_device
    }

    /// Somebody signs in.
    pub(super) fn sign_in(&mut self, name: &str) {
        self.name = Some(name.to_owned());
    }

    /// A sign-out begins, with these pages to come.
    pub(super) fn begin(&mut self, plan: Vec<S>) {
        self.plan = plan.into();
    }

    /// The next page of the sign-out.
    pub(super) fn next_step(&mut self) -> Option<S> {
        self.plan.pop_front()
    }

    /// One more page, before those that are to come.
    pub(super) fn insert_step(&mut self, screen: S) {
        self.plan.push_front(screen);
    }

    /// No more pages: what comes next is the end.
    pub(super) fn end_steps(&mut self) {
        self.plan.clear();
    }

    /// Whether no more pages are to come.
    pub(super) fn is_last_step(&self) -> bool {
        self.plan.is_empty()
    }

    /// The question about the synced data is answered.
    pub(super) fn keep_data(&mut self, keep: bool) {
        self.data_kept = Some(keep);
    }

    /// Forgets a running sign-out.
    pub(super) fn stop(&mut self) {
        self.plan.clear();
        self.data_kept = None;
    }

    /// The account leaves the phone, and Find Device is off.
    pub(super) fn remove(&mut self) -> Removed {
        self.name = None;
        self.plan.clear();
        Removed { find_device: std::mem::take(&mut self.find_device), data_kept: self.data_kept.take() }
    }
}

/// The pages that a sign-out goes through on a phone, from its first tap.
pub(super) fn plan(spec: &PhoneSpec, find_device: bool) -> Vec<S> {
    // Find Device belongs to the first user alone.
    let proves = find_device && !spec.second_space;
    if let Some(generation) = spec.app_generation {
        return made_up(generation, proves);
    }
    if spec.has(Branch::TokenExpired) {
        return vec![S::TokenExpired];
    }
    let hyperos = spec.generation.is_hyperos();
    let mut plan = Vec::new();
    if spec.has(Branch::LastDevice) {
        plan.push(S::LastDevice);
    }
    if spec.cards {
        plan.push(S::PayCards);
    }
    if !hyperos {
        plan.push(S::JustASec);
    }
    let data = data(spec);
    let proof = if proves { proof(spec) } else { Vec::new() };
    if spec.has(Branch::PasswordFirst) {
        plan.extend(proof);
        plan.extend(data);
    } else {
        plan.extend(data);
        plan.extend(proof);
    }
    if spec.has(Branch::FindDeviceSpinner) && find_device {
        plan.push(S::TurningOffFindDevice);
    }
    plan.push(S::SigningOut);
    plan
}

/// The questions about synced data.
fn data(spec: &PhoneSpec) -> Vec<S> {
    if !spec.synced_data {
        return Vec::new();
    }
    let asked = [(Branch::UnsyncedItems, S::UnsyncedItems), (Branch::HiddenPhotos, S::HiddenPhotos)];
    let asked = asked.into_iter().filter(|(branch, _)| spec.has(*branch)).map(|(_, screen)| screen);
    asked.chain([S::KeepRemove]).collect()
}

/// The pages on which the owner shows who it is.
fn proof(spec: &PhoneSpec) -> Vec<S> {
    let hyperos = spec.generation.is_hyperos();
    if spec.has(Branch::WebCode) {
        vec![S::SigningOut, S::WebCode]
    } else if spec.has(Branch::WebOther) {
        vec![S::WebOther]
    } else if spec.has(Branch::WebPassword) || (hyperos && !spec.has(Branch::NativePassword)) {
        // The server is asked first, and answers with the page to pass.
        vec![S::SigningOut, S::WebPassword]
    } else {
        vec![S::Password]
    }
}

/// The pages in the order of a made-up generation of the account app.
fn made_up(generation: AppGeneration, proves: bool) -> Vec<S> {
    let proof = if proves { vec![S::Password] } else { Vec::new() };
    match generation {
        AppGeneration::OtherOrder => [&[S::UnsyncedItems][..], &proof, &[S::KeepRemove, S::SigningOut]].concat(),
        AppGeneration::WebPage if proves => vec![S::KeepRemove, S::JustASec, S::WebPassword, S::SigningOut],
        _ => [&[S::JustASec, S::KeepRemove][..], &proof, &[S::SigningOut]].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Generation;

    fn plan(spec: &PhoneSpec) -> Vec<S> {
        super::plan(spec, Account::new(spec).find_device())
    }

    #[test]
    fn the_pages_follow_the_generation() {
        let miui = [S::JustASec, S::KeepRemove, S::Password, S::SigningOut];
        assert_eq!(plan(&PhoneSpec::default()), miui);
        assert_eq!(plan(&PhoneSpec::of(Generation::Miui9)), miui);
        let hyperos = [S::KeepRemove, S::SigningOut, S::WebPassword, S::SigningOut];
        assert_eq!(plan(&PhoneSpec::of(Generation::HyperOs2)), hyperos);
        assert_eq!(
            plan(&PhoneSpec::of(Generation::HyperOs2).with(Branch::NativePassword)),
            [S::KeepRemove, S::Password, S::SigningOut]
        );
    }

    #[test]
    fn the_pages_follow_the_switches() {
        let off = PhoneSpec::default().change(|s| s.find_device = false);
        assert_eq!(plan(&off), [S::JustASec, S::KeepRemove, S::SigningOut]);
        let bare = PhoneSpec::default().change(|s| {
            s.find_device = false;
            s.synced_data = false;
            s.cards = true;
        });
        assert_eq!(plan(&bare), [S::PayCards, S::JustASec, S::SigningOut]);
        let second = PhoneSpec::default().change(|s| s.second_space = true);
        assert!(!plan(&second).contains(&S::Password));
        let first = PhoneSpec::default().with(Branch::PasswordFirst);
        assert_eq!(plan(&first), [S::JustASec, S::Password, S::KeepRemove, S::SigningOut]);
        assert_eq!(plan(&PhoneSpec::default().with(Branch::TokenExpired)), [S::TokenExpired]);
    }
}
