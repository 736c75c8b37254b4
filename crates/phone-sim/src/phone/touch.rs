//! A hand at the phone: a finger on the glass, which the panel reports and the page takes, and typing on the keyboard.

use super::SimPhone;
use super::world::World;
use crate::screens::Act;

impl SimPhone {
    /// A finger taps: the panel reports it, and the page takes it.
    pub fn touch(&self, x: i32, y: i32) {
        self.report_finger(&[(x, y)]);
        self.0.with(|world, now| world.tap(now, x, y));
    }

    /// A finger moves over the glass.
    pub fn drag(&self, from: (i32, i32), to: (i32, i32)) {
        let middle = (i32::midpoint(from.0, to.0), i32::midpoint(from.1, to.1));
        self.report_finger(&[from, middle, to]);
        self.0.with(|world, now| world.swipe(now, from.1, to.1));
    }

    /// Fingers type on the phone's own keyboard into the field that has the focus.
    pub fn type_by_hand(&self, text: &str) {
        let (width, height) = self.0.spec().size;
        let (width, height) = (width.cast_signed(), height.cast_signed());
        for c in text.chars() {
            let key = i32::try_from(u32::from(c) % 10).unwrap_or(0);
            self.report_finger(&[(width * (2 * key + 1) / 20, height - height / 8)]);
        }
        self.0.with(|world, now| world.type_text(now, text));
    }

    /// The back gesture, or the button of the navigation bar.
    pub fn back_by_hand(&self) {
        self.0.with(World::back);
    }

    /// Where the first node is that does this when it is tapped; `None` where the page in front shows none.
    #[must_use]
    pub fn place_of(&self, act: Act) -> Option<(i32, i32)> {
        self.0.with(|world, _| {
            let drawing = world.drawing();
            let place =
                drawing.root.all().into_iter().find(|node| node.act == Some(act)).map(|node| node.bounds.center());
            // The middle may lie under the keyboard.
            place.filter(|(x, y)| !drawing.keyboard.is_some_and(|keyboard| keyboard.contains(*x, *y)))
        })
    }

    /// The focused activity, `package/class`.
    #[must_use]
    pub fn current_activity(&self) -> String {
        self.0.with(|world, _| world.drawing().activity)
    }

    fn report_finger(&self, points: &[(i32, i32)]) {
        self.0.panel.report_finger(self.0.spec().sdk, self.0.clock.now_ms(), points);
    }
}

#[cfg(test)]
mod tests {
    use crate::phone::{PhoneSpec, SimPhone};
    use crate::screens::{Act, ScreenId};

    #[test]
    fn a_finger_taps_and_types_as_the_owner_does() {
        let spec = PhoneSpec::default().scale(1e-6);
        let (account, password) = (spec.account.clone(), spec.password.clone());
        let phone = SimPhone::new(spec);
        phone.show(ScreenId::Password);
        assert!(phone.account_present() && account.is_some());
        let (x, y) = phone.place_of(Act::Focus(crate::screens::Field::Password)).unwrap();
        phone.touch(x, y);
        phone.type_by_hand(&password);
        let (x, y) = phone.place_of(Act::Confirm).unwrap();
        phone.touch(x, y);
        assert_eq!(phone.record().passwords_submitted(), 1);
        assert_eq!(phone.record().typed, 0, "`input text` typed nothing");
        let lines = phone.0.panel.since(0).concat();
        assert!(lines.contains("BTN_TOUCH            DOWN") && lines.contains("ABS_MT_POSITION_X"), "{lines}");
        assert!(!lines.contains(&password));
    }
}
