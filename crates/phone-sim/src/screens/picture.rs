//! A picture of the screen, drawn from its tree: boxes, and bars for the texts. Protected pages are black.

use super::node::Rect;
use super::scene::Drawing;

/// A PNG of the page at the phone's size.
///
/// # Errors
/// Where the encoder refuses, which the tests rule out for every screen size used.
pub fn png(drawing: &Drawing, width: u32, height: u32) -> Result<Vec<u8>, png::EncodingError> {
    let canvas = paint(drawing, width, height);
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&canvas.pixels)?;
    writer.finish()?;
    Ok(out)
}

/// The page as `screencap` writes it without `-p`: width, height, format and colour space, then RGBA.
#[must_use]
pub fn raw(drawing: &Drawing, width: u32, height: u32) -> Vec<u8> {
    let canvas = paint(drawing, width, height);
    let mut out: Vec<u8> = [width, height, 1, 1].into_iter().flat_map(u32::to_le_bytes).collect();
    out.extend(canvas.pixels.iter().flat_map(|shade| [*shade, *shade, *shade, 255]));
    out
}

fn paint(drawing: &Drawing, width: u32, height: u32) -> Canvas {
    let shade = if drawing.secure { 0 } else { 250 };
    let mut canvas = Canvas { width, height, pixels: vec![shade; (width * height) as usize] };
    if drawing.secure {
        return canvas;
    }
    for node in drawing.root.all() {
        if node.clickable {
            canvas.fill(node.bounds, 225);
        }
        if node.class.ends_with("ImageView") {
            canvas.fill(node.bounds, 150);
        }
        if !node.text.is_empty() {
            canvas.bar(node.bounds, node.text.chars().count(), 40);
        }
    }
    if let Some(area) = drawing.keyboard {
        canvas.fill(area, 120);
    }
    canvas
}

struct Canvas {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
}

impl Canvas {
    fn fill(&mut self, area: Rect, shade: u8) {
        let screen = Rect { left: 0, top: 0, right: self.width.cast_signed(), bottom: self.height.cast_signed() };
        let Some(area) = area.meet(&screen) else { return };
        for y in area.top..area.bottom {
            let start = (y * screen.right + area.left) as usize;
            self.pixels[start..start + (area.right - area.left) as usize].fill(shade);
        }
    }

    /// A text as a row of small blocks, one a character, so that its length shows.
    fn bar(&mut self, area: Rect, chars: usize, shade: u8) {
        let height = ((area.bottom - area.top) / 2).clamp(4, 40);
        let top = area.top + (area.bottom - area.top - height) / 2;
        for place in 0..i32::try_from(chars).unwrap_or(0) {
            let left = area.left + place * height * 3 / 4;
            if left + height / 2 > area.right {
                break;
            }
            self.fill(Rect::at(left, top, height / 2, height), shade);
        }
    }
}
