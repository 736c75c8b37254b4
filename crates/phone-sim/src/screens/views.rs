//! A window's views in the form that `cmd window dump-visible-window-views` prints, Android 11 and later.
//!
//! After AOSP: `ViewDebug.dumpEncoded`, `ViewHierarchyEncoder` and the `encodeProperties` of `View`, `ViewGroup` and `TextView`.
//! The command asks for no user properties, so no text and no content description is in it. A web page is one view.

use std::collections::HashMap;

use super::node::Node;

/// Nodes of a dump whose children are no views: the web engine tells only the screen reader of them.
const WEB_VIEW: &str = "android.webkit.WebView";

/// The outermost view of a window. A dump shows it as the layout that it extends.
const DECOR: &str = "com.android.internal.policy.DecorView";

/// `View.VISIBLE` and `View.GONE`.
const VISIBLE: i32 = 0;
const GONE: i32 = 8;

/// The stream of one window: where it is on the display, its views, and the names of the properties.
#[must_use]
pub fn stream(window: &Node) -> Vec<u8> {
    let mut encoder = Encoder::default();
    encoder.int("window:left", window.bounds.left);
    encoder.int("window:top", window.bounds.top);
    encoder.view(window, None);
    encoder.finish()
}

/// Writes values in `ViewHierarchyEncoder`'s form: a signature byte and the value, big-endian; names by number.
#[derive(Default)]
struct Encoder {
    bytes: Vec<u8>,
    numbers: HashMap<String, i16>,
    names: Vec<String>,
    views: i32,
}

impl Encoder {
    /// One view with its children. Its place counts from its parent's, with the parent's scrolling.
    fn view(&mut self, node: &Node, parent: Option<&Node>) {
        self.bytes.push(b'M');
        self.views += 1;
        let class = if parent.is_none() { DECOR } else { &node.class };
        self.text("meta:__name__", class);
        self.int("meta:__hash__", 0x0a5f_3000 + self.views * 0x1c);
        // The name of an id lacks the package that it belongs to.
        self.text("id", node.id.split_once(':').map_or("NO_ID", |(_, name)| name));
        self.float("misc:transformation.alpha", 1.0);
        let (x, y) = parent.map_or((node.bounds.left, node.bounds.top), |p| (p.bounds.left, p.bounds.top - p.scroll));
        let (width, height) = (node.bounds.right - node.bounds.left, node.bounds.bottom - node.bounds.top);
        let (left, top) = (node.bounds.left - x, node.bounds.top - y);
        self.int("layout:left", left);
        self.int("layout:right", left + width);
        self.int("layout:top", top);
        self.int("layout:bottom", top + height);
        self.int("layout:width", width);
        self.int("layout:height", height);
        self.bool("layout:layoutRtl", false);
        self.key("layoutParams");
        self.layout_params(width, height);
        self.int("scrolling:scrollX", 0);
        self.int("scrolling:scrollY", node.scroll);
        for name in ["padding:paddingLeft", "padding:paddingRight", "padding:paddingTop", "padding:paddingBottom"] {
            self.int(name, 0);
        }
        for name in ["drawing:elevation", "drawing:translationX", "drawing:translationY", "drawing:translationZ"] {
            self.float(name, 0.0);
        }
        self.float("drawing:alpha", 1.0);
        self.bool("focus:hasFocus", node.all().iter().any(|n| n.focused));
        self.bool("focus:isFocused", node.focused);
        self.bool("misc:focused", node.focused);
        self.bool("focus:isFocusable", node.focusable);
        self.bool("misc:clickable", node.clickable);
        self.bool("misc:pressed", false);
        self.bool("misc:selected", false);
        self.int("misc:visibility", if node.gone { GONE } else { VISIBLE });
        self.bool("misc:enabled", !node.disabled);
        if is_text(node) {
            self.float("text:textSize", 42.0);
            // A text that cannot be edited has no selection.
            let cursor = node.cursor.map_or(-1, |at| i32::try_from(at).unwrap_or(i32::MAX));
            self.int("text:selectionStart", cursor);
            self.int("text:selectionEnd", cursor);
        }
        if node.class != WEB_VIEW && !node.children.is_empty() {
            self.short("meta:__childCount__", i16::try_from(node.children.len()).unwrap_or(i16::MAX));
            for (place, child) in node.children.iter().enumerate() {
                self.key(&format!("meta:__child__{place}"));
                self.view(child, Some(node));
            }
        }
        self.end();
    }

    /// What a parent was asked for: an object inside of the view, with a class of its own.
    fn layout_params(&mut self, width: i32, height: i32) {
        self.bytes.push(b'M');
        self.text("meta:__name__", "android.widget.FrameLayout$LayoutParams");
        self.int("width", width);
        self.int("height", height);
        self.end();
    }

    /// The last object names all properties by their numbers.
    fn finish(mut self) -> Vec<u8> {
        self.bytes.push(b'M');
        self.text("__name__", "propertyIndex");
        for name in std::mem::take(&mut self.names) {
            let number = self.numbers.get(&name).copied().unwrap_or_default();
            self.raw_short(number);
            self.raw_text(&name);
        }
        self.end();
        self.bytes
    }

    fn end(&mut self) {
        self.raw_short(0);
    }

    fn key(&mut self, name: &str) {
        let number = self.numbers.get(name).copied().unwrap_or_else(|| {
            let number = i16::try_from(self.names.len() + 1).unwrap_or(i16::MAX);
            self.names.push(name.to_owned());
            self.numbers.insert(name.to_owned(), number);
            number
        });
        self.raw_short(number);
    }

    fn int(&mut self, name: &str, value: i32) {
        self.key(name);
        self.bytes.push(b'I');
        self.bytes.extend(value.to_be_bytes());
    }

    fn short(&mut self, name: &str, value: i16) {
        self.key(name);
        self.raw_short(value);
    }

    fn float(&mut self, name: &str, value: f32) {
        self.key(name);
        self.bytes.push(b'F');
        self.bytes.extend(value.to_be_bytes());
    }

    fn bool(&mut self, name: &str, value: bool) {
        self.key(name);
        self.bytes.extend([b'Z', u8::from(value)]);
    }

    fn text(&mut self, name: &str, value: &str) {
        self.key(name);
        self.raw_text(value);
    }

    fn raw_short(&mut self, value: i16) {
        self.bytes.push(b'S');
        self.bytes.extend(value.to_be_bytes());
    }

    fn raw_text(&mut self, value: &str) {
        let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
        self.bytes.push(b'R');
        self.bytes.extend(length.to_be_bytes());
        self.bytes.extend(&value.as_bytes()[..usize::from(length)]);
    }
}

/// Whether a class extends `TextView`.
fn is_text(node: &Node) -> bool {
    ["TextView", "Button", "EditText", "CheckBox"].iter().any(|kind| node.class.ends_with(kind))
}

/// The archive that the command prints: one entry a window, written as `ZipOutputStream` writes to a pipe, with the sizes behind
/// the data and in the central directory.
#[must_use]
pub fn archive(windows: &[(String, Vec<u8>)]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in windows {
        let packed = miniz_oxide::deflate::compress_to_vec(content, 6);
        let offset = size(out.len());
        let sizes: Vec<u8> =
            [crc32(content), size(packed.len()), size(content.len())].into_iter().flat_map(u32::to_le_bytes).collect();
        let name_length = u16::try_from(name.len()).unwrap_or(u16::MAX).to_le_bytes();
        // Version 2.0; flags: sizes follow, UTF-8 names; packed by deflate; 2026-01-02 10:11.
        let head = [20, 0, 0x08, 0x08, 8, 0, 0x60, 0x51, 0x22, 0x5c];
        out.extend(b"PK\x03\x04");
        out.extend(head);
        out.extend([0; 12]);
        out.extend(name_length);
        out.extend([0; 2]);
        out.extend(name.as_bytes());
        out.extend(packed);
        out.extend(b"PK\x07\x08");
        out.extend(&sizes);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(head);
        directory.extend(sizes);
        directory.extend(name_length);
        directory.extend([0; 12]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (start, length) = (size(out.len()), size(directory.len()));
    let count = u16::try_from(windows.len()).unwrap_or(u16::MAX).to_le_bytes();
    out.extend(directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend([count, count].concat());
    out.extend(length.to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0; 2]);
    out
}

fn size(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// The checksum of zip files.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & 0_u32.wrapping_sub(crc & 1)))
    })
}

#[cfg(test)]
mod tests {
    use super::super::node::Rect;
    use super::*;

    #[test]
    fn the_checksum_is_the_one_of_zip_files() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn a_stream_has_the_form_of_androids_encoder() {
        let window = Node::new("FrameLayout", Rect::at(10, 20, 300, 400));
        let bytes = stream(&window);
        // window:left is property 1, an integer; window:top is 2; then the view begins, with its class as property 3.
        assert!(
            bytes.starts_with(
                b"S\0\x01I\0\0\0\x0aS\0\x02I\0\0\0\x14MS\0\x03R\0\x25com.android.internal.policy.DecorView"
            )
        );
        assert!(bytes.ends_with(b"S\0\0"));
        let text = String::from_utf8_lossy(&bytes);
        let names = text.find("propertyIndex").unwrap();
        assert!(text[names..].contains("window:left") && text[names..].contains("misc:visibility"));
    }

    #[test]
    fn no_text_and_nothing_of_a_web_page_is_in_it() {
        let rect = Rect::at(0, 0, 100, 100);
        let mut field = Node::new("EditText", rect).id("com.xiaomi.account:id/input_pwd_view");
        "sesame".clone_into(&mut field.text);
        let inside = Node::button("OK", rect, super::super::Act::Confirm).id("inside");
        let window =
            Node::new("FrameLayout", rect).child(field.desc("spoken")).child(Node::new(WEB_VIEW, rect).child(inside));
        let bytes = stream(&window);
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.contains("id/input_pwd_view") && text.contains(WEB_VIEW));
        for absent in ["sesame", "spoken", "inside", "OK", "com.xiaomi.account:"] {
            assert!(!text.contains(absent), "{absent}");
        }
    }
}
