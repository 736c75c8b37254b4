use proptest::prelude::*;

use super::*;

/// Writes a stream as Android's encoder does.
#[derive(Default)]
struct Encoder {
    bytes: Vec<u8>,
    names: Vec<String>,
}

impl Encoder {
    fn key(&mut self, name: &str) {
        let at = self.names.iter().position(|n| n == name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        });
        self.short(u16::try_from(at + 1).unwrap());
    }

    fn short(&mut self, number: u16) {
        self.bytes.push(b'S');
        self.bytes.extend(number.to_be_bytes());
    }

    fn int(&mut self, name: &str, value: i32) {
        self.key(name);
        self.bytes.push(b'I');
        self.bytes.extend(value.to_be_bytes());
    }

    fn yes(&mut self, name: &str, value: bool) {
        self.key(name);
        self.bytes.extend([b'Z', u8::from(value)]);
    }

    fn words(&mut self, text: &str) {
        self.bytes.push(b'R');
        self.bytes.extend(u16::try_from(text.len()).unwrap().to_be_bytes());
        self.bytes.extend(text.as_bytes());
    }

    fn view(&mut self, id: &str, place: [i32; 4], more: impl FnOnce(&mut Self)) {
        self.bytes.push(b'M');
        self.key("meta:__name__");
        self.words("android.widget.Button");
        self.key("id");
        self.words(id);
        for (name, value) in ["layout:left", "layout:top", "layout:right", "layout:bottom"].iter().zip(place) {
            self.int(name, value);
        }
        self.key("drawing:alpha");
        self.bytes.push(b'F');
        self.bytes.extend(1.0_f32.to_be_bytes());
        more(self);
        self.short(0);
    }

    fn child(&mut self, number: u32) {
        self.key(&format!("meta:__child__{number}"));
    }

    fn finish(mut self) -> Vec<u8> {
        self.bytes.push(b'M');
        for (at, name) in self.names.clone().iter().enumerate() {
            self.short(u16::try_from(at + 1).unwrap());
            self.words(name);
        }
        self.short(0);
        self.bytes
    }
}

/// A page that is scrolled by 500, with a button, a field and something hidden in it.
fn page() -> Vec<u8> {
    let mut page = Encoder::default();
    page.int("window:left", 10);
    page.int("window:top", 20);
    page.view("id/list", [0, 0, 1000, 2000], |e| {
        e.int("scrolling:scrollY", 500);
        e.child(0);
        e.view("id/logout_btn", [100, 600, 900, 700], |e| {
            e.yes("misc:enabled", true);
            e.yes("misc:clickable", true);
        });
        e.child(1);
        e.view("id/input_pwd_view", [0, 1000, 1000, 1100], |e| {
            e.yes("misc:focused", true);
            e.int("text:selectionEnd", 7);
        });
        e.child(2);
        e.view("id/gone", [0, 0, 10, 10], |e| {
            e.int("misc:visibility", 8);
            e.child(0);
            e.view("id/inside", [0, 600, 10, 610], |_| ());
        });
        e.child(3);
        e.view("id/above", [0, 100, 10, 200], |_| ());
    });
    page.finish()
}

/// A zip with one entry a window; the sizes stand in the central directory only.
fn zip(windows: &[(&str, Vec<u8>)], packed: bool) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in windows {
        let (method, data) =
            if packed { (8_u16, miniz_oxide::deflate::compress_to_vec(content, 6)) } else { (0, content.clone()) };
        let offset = u32::try_from(out.len()).unwrap();
        let length = u16::try_from(name.len()).unwrap().to_le_bytes();
        out.extend(b"PK\x03\x04\x14\x00\x08\x08");
        out.extend(method.to_le_bytes());
        out.extend([0; 16]);
        out.extend(length);
        out.extend([0; 2]);
        out.extend(name.as_bytes());
        out.extend(&data);
        directory.extend(b"PK\x01\x02\x14\x00\x14\x00\x08\x08");
        directory.extend(method.to_le_bytes());
        directory.extend([0; 8]);
        directory.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
        directory.extend(u32::try_from(content.len()).unwrap().to_le_bytes());
        directory.extend(length);
        directory.extend([0; 12]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (size, offset) = (directory.len(), out.len());
    out.extend(directory);
    out.extend(b"PK\x05\x06\x00\x00\x00\x00");
    let count = u16::try_from(windows.len()).unwrap().to_le_bytes();
    out.extend(count.iter().chain(&count));
    out.extend(u32::try_from(size).unwrap().to_le_bytes());
    out.extend(u32::try_from(offset).unwrap().to_le_bytes());
    out.extend([0; 2]);
    out
}

fn read(bytes: &[u8]) -> ScreenViews {
    ScreenViews::parse(bytes).unwrap()
}

#[test]
fn places_are_absolute_and_scrolling_counts() {
    for packed in [false, true] {
        let screen = read(&zip(&[("com.xiaomi.account/.ui.A", page())], packed));
        assert_eq!(screen.windows[0].name, "com.xiaomi.account/.ui.A");
        let bounds = |id: &str| screen.with_id(id).next().map(|v| v.bounds);
        assert_eq!(bounds("com.xiaomi.account:id/logout_btn"), Some(Bounds::new(110, 120, 910, 220)));
        assert_eq!(bounds("com.xiaomi.account:id/gone"), None);
        assert_eq!(bounds("com.xiaomi.account:id/inside"), None, "within something hidden");
        assert_eq!(bounds("com.xiaomi.account:id/above"), None, "scrolled out");
        assert_eq!(screen.typed("com.xiaomi.account:id/input_pwd_view"), Some(7));
        assert_eq!(screen.typed("com.xiaomi.account:id/logout_btn"), None);
        assert_eq!(
            screen.windows[0].views.iter().map(|v| v.id.as_str()).collect::<Vec<_>>(),
            ["id/list", "id/logout_btn", "id/input_pwd_view", "id/gone", "id/inside", "id/above"]
        );
    }
}

#[test]
fn a_button_is_the_same_or_changed() {
    let screen = read(&zip(&[("a", page())], true));
    let node = |id: &str, bounds: Bounds, enabled: bool| UiNode { id: id.into(), bounds, enabled, ..UiNode::default() };
    let button = Bounds::new(110, 120, 910, 220);
    let id = "com.xiaomi.account:id/logout_btn";
    assert_eq!(screen.standing(&node(id, button, true)), Standing::Same);
    assert_eq!(screen.standing(&node(id, button, false)), Standing::Changed);
    assert_eq!(screen.standing(&node(id, Bounds::new(110, 121, 910, 221), true)), Standing::Changed);
    assert_eq!(screen.standing(&node("com.xiaomi.account:id/other", button, true)), Standing::Changed);
    assert_eq!(screen.standing(&node("", button, true)), Standing::Unclear);
}

#[test]
fn what_a_shell_printed_before_the_archive_does_no_harm() {
    let archive = zip(&[("a", page()), ("b", page())], true);
    let with_noise = [b"WARNING: linker\n".as_slice(), &archive].concat();
    assert_eq!(read(&with_noise), read(&archive));
    assert_eq!(read(&archive).windows.len(), 2);
    assert_ne!(read(&archive).fingerprint(), read(&zip(&[("a", page())], true)).fingerprint());
}

#[test]
fn what_is_no_archive_is_told_apart() {
    let parse = |bytes: &[u8]| ScreenViews::parse(bytes).unwrap_err();
    assert_eq!(parse(b""), ViewsError::NotAZip);
    assert_eq!(parse(b"Unknown command: dump-visible-window-views"), ViewsError::NotAZip);
    assert!(matches!(parse(&vec![0; MAX_ARCHIVE + 1]), ViewsError::TooLarge { .. }));
    let many: Vec<(&str, Vec<u8>)> = (0..=MAX_ENTRIES).map(|_| ("a", Vec::new())).collect();
    assert!(matches!(parse(&zip(&many, false)), ViewsError::TooLarge { what: "windows", .. }));
    let bomb = vec![0; MAX_ENTRY + 1];
    assert!(matches!(parse(&zip(&[("a", bomb)], true)), ViewsError::TooLarge { .. }));
    let content = page();
    assert!(ScreenViews::parse(&zip(&[("a", content[..content.len() - 1].to_vec())], true)).is_err());
    assert!(ScreenViews::parse(&zip(&[("a", Vec::new())], true)).is_err());
    let deep: Vec<u8> = b"MS\0\x01".iter().copied().cycle().take(4 * (MAX_LEVELS + 2)).collect();
    assert!(matches!(parse(&zip(&[("a", deep)], true)), ViewsError::TooLarge { what: "levels", .. }));
}

proptest! {
    #[test]
    fn no_stream_causes_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = ScreenViews::parse(&zip(&[("a", bytes)], false));
    }

    #[test]
    fn no_changed_archive_causes_a_panic(at in any::<prop::sample::Index>(), byte in any::<u8>(), packed in any::<bool>()) {
        let mut archive = zip(&[("a", page()), ("b", page())], packed);
        let at = at.index(archive.len());
        archive[at] = byte;
        let _ = ScreenViews::parse(&archive);
        let _ = ScreenViews::parse(&archive[..at]);
    }

    #[test]
    fn no_changed_stream_causes_a_panic(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut content = page();
        let at = at.index(content.len());
        content[at] = byte;
        let _ = ScreenViews::parse(&zip(&[("a", content)], false));
    }
}
