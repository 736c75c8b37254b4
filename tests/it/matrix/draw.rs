//! Pages as the simulated phones draw them, in any variation.

use mi_signout::model::{Focus, Presence};
use mi_signout::profile::{DeviceProfile, Recognised, View};
use mi_signout::ui::UiTree;
use phone_sim::labels;
use phone_sim::phone::{DumpFormat, PhoneSpec};
use phone_sim::screens::{self, Drawing, Field, Node, Scene, ScreenId, Typed, xml};

use super::expected::{NOTHING, field_of};

/// One page in one variation.
pub struct Page<'a> {
    pub spec: &'a PhoneSpec,
    pub screen: ScreenId,
    /// Its field holds the owner's words.
    pub filled: bool,
    /// Its field has the focus and the keyboard is up.
    pub keyboard: bool,
}

impl Page<'_> {
    /// A page of a phone, as it opens.
    pub fn of(spec: &PhoneSpec, screen: ScreenId) -> Page<'_> {
        Page { spec, screen, filled: false, keyboard: false }
    }

    /// The page as the phone draws it.
    pub fn draw(&self) -> Drawn {
        let mut typed = Typed::default();
        let field = field_of(self.screen);
        if let (true, Some(field)) = (self.filled, field) {
            let words = match field {
                Field::Search => labels::text("search_mi_account", &self.spec.language, self.spec.generation),
                _ => self.spec.password.clone(),
            };
            *typed.field(field) = words;
        }
        let gone = matches!(self.screen, ScreenId::SignIn | ScreenId::AccountGone);
        let scene = Scene {
            spec: self.spec,
            account: self.spec.account.as_deref().filter(|_| !gone),
            typed: &typed,
            focus: field.filter(|_| self.keyboard),
            keyboard: self.keyboard,
            scroll: 0,
            dialled: "",
            note: None,
            loading: false,
        };
        let Drawing { root, activity, .. } = screens::draw(self.screen, &scene);
        let status_bar = self.spec.status_bar.then(|| screens::status_bar(&scene));
        let presence = if gone { Presence::Absent } else { Presence::Present };
        Drawn { root, status_bar, focus: Focus::parse(&activity), presence, format: self.spec.dump_format }
    }
}

/// A drawn page, and what the cheap probes say beside it.
pub struct Drawn {
    pub root: Node,
    status_bar: Option<Node>,
    pub focus: Focus,
    pub presence: Presence,
    format: DumpFormat,
}

impl Drawn {
    /// The dump of it.
    pub fn xml(&self) -> String {
        let roots: Vec<Node> = std::iter::once(&self.root).chain(&self.status_bar).cloned().collect();
        xml::write(&roots, self.format)
    }

    /// The dump, read.
    pub fn tree(&self) -> UiTree {
        let xml = self.xml();
        UiTree::parse(xml.as_bytes()).unwrap_or_else(|e| panic!("{e}: {xml}"))
    }

    /// What a profile takes a tree for, beside the probes of this page.
    pub fn seen(&self, profile: &DeviceProfile, tree: &UiTree) -> String {
        let view = View { focus: Some(&self.focus), presence: self.presence, tree: Some(tree) };
        match profile.recognise(&view) {
            Recognised::Screen(screen) => screen.name.clone(),
            Recognised::Popup(popup) => format!("popup {}", popup.name),
            Recognised::Nothing => NOTHING.to_owned(),
            other => format!("{other:?}"),
        }
    }
}
