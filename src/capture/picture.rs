//! The picture of a screen, with everything painted over that is not known to be harmless.

use std::io::Cursor;

use crate::text::say;
use crate::ui::Bounds;

/// What stands where nothing is known.
const UNKNOWN: u8 = 200;
/// What stands over a masked text.
const MASKED: u8 = 0;

/// Why there is no picture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// It could not be decoded or encoded.
    #[error("{}", say!("picture-cannot-be-read", why = .0))]
    Unreadable(String),
    /// It does not show what the tree says, so the place of a text in it is unknown.
    #[error("{}", say!("picture-has-another-size", width = .0, height = .1, right = .2, bottom = .3))]
    OtherSize(u32, u32, u32, u32),
}

/// Keeps the pixels of the `known` areas, and none of those in `over`: a page behind a dialog, the status bar, a photo and
/// whatever else no node tells about are painted over as well. `display` is what the tree covers. Comments and other chunks of the file are left out.
///
/// # Errors
/// Where the bytes are no picture, or one of another size.
pub fn paint(png: &[u8], known: &[Bounds], over: &[Bounds], display: (u32, u32)) -> Result<Vec<u8>, PictureError> {
    let unreadable = |error: &dyn std::fmt::Display| PictureError::Unreadable(error.to_string());
    let mut decoder = png::Decoder::new(Cursor::new(png));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(|e| unreadable(&e))?;
    let size = reader.output_buffer_size().ok_or_else(|| unreadable(&say!("picture-is-too-large")))?;
    let mut pixels = vec![0; size];
    let info = reader.next_frame(&mut pixels).map_err(|e| unreadable(&e))?;
    if display.0 > info.width || display.1 > info.height {
        return Err(PictureError::OtherSize(info.width, info.height, display.0, display.1));
    }
    let mut canvas = Canvas {
        width: info.width,
        height: info.height,
        samples: info.color_type.samples(),
        alpha: matches!(info.color_type, png::ColorType::Rgba | png::ColorType::GrayscaleAlpha),
        pixels: vec![0; size],
    };
    let all = Bounds::new(0, 0, info.width.cast_signed(), info.height.cast_signed());
    canvas.fill(all, UNKNOWN);
    for area in known {
        canvas.copy(*area, &pixels);
    }
    for area in over {
        canvas.fill(*area, MASKED);
    }
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, info.width, info.height);
    encoder.set_color(info.color_type);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(|e| unreadable(&e))?;
    writer.write_image_data(&canvas.pixels).map_err(|e| unreadable(&e))?;
    writer.finish().map_err(|e| unreadable(&e))?;
    Ok(out)
}

struct Canvas {
    width: u32,
    height: u32,
    samples: usize,
    alpha: bool,
    pixels: Vec<u8>,
}

impl Canvas {
    /// The bytes of each line of an area, as far as it is within the picture.
    fn lines(&self, area: Bounds) -> Vec<std::ops::Range<usize>> {
        let screen = Bounds::new(0, 0, self.width.cast_signed(), self.height.cast_signed());
        let area = area.intersect(&screen);
        if area.is_empty() {
            return Vec::new();
        }
        let at = |x: i32, y: i32| (y as usize * self.width as usize + x as usize) * self.samples;
        (area.top..area.bottom).map(|y| at(area.left, y)..at(area.right, y)).collect()
    }

    fn fill(&mut self, area: Bounds, shade: u8) {
        for line in self.lines(area) {
            for pixel in self.pixels[line].chunks_exact_mut(self.samples) {
                pixel.fill(shade);
                if let (true, Some(alpha)) = (self.alpha, pixel.last_mut()) {
                    *alpha = 255;
                }
            }
        }
    }

    fn copy(&mut self, area: Bounds, from: &[u8]) {
        for line in self.lines(area) {
            self.pixels[line.clone()].copy_from_slice(&from[line]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(color: png::ColorType, width: u32, height: u32) -> Vec<u8> {
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, width, height);
        encoder.set_color(color);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.add_text_chunk("Comment".into(), "owner@example.org".into()).unwrap();
        let pixels: Vec<u8> = (0..(width * height) as usize * color.samples()).map(|i| (i % 7) as u8 + 10).collect();
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&pixels).unwrap();
        writer.finish().unwrap();
        out
    }

    fn decoded(png: &[u8]) -> Vec<u8> {
        let mut reader = png::Decoder::new(Cursor::new(png)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        pixels
    }

    #[test]
    fn only_known_areas_survive_and_none_of_the_masked() {
        use png::ColorType as C;
        for color in [C::Grayscale, C::GrayscaleAlpha, C::Rgb, C::Rgba] {
            let original = picture(color, 8, 6);
            // The second area lies half outside, the masked one covers a part of the known one.
            let known = [Bounds::new(1, 1, 5, 3), Bounds::new(6, 4, 20, 20)];
            let over = [Bounds::new(3, -2, 5, 2)];
            let painted = paint(&original, &known, &over, (8, 6)).unwrap();
            assert!(!String::from_utf8_lossy(&painted).contains("owner@"), "the comment is still there");
            let (before, after) = (decoded(&original), decoded(&painted));
            let inside = |b: &Bounds, x: i32, y: i32| (b.left..b.right).contains(&x) && (b.top..b.bottom).contains(&y);
            let places = (0..6).flat_map(|y| (0..8).map(move |x| (x, y)));
            let pixels = before.chunks(color.samples()).zip(after.chunks(color.samples()));
            for ((x, y), (was, is)) in places.zip(pixels) {
                if over.iter().any(|b| inside(b, x, y)) {
                    assert_eq!(is[0], MASKED, "{color:?} {x},{y}");
                } else if known.iter().any(|b| inside(b, x, y)) {
                    assert_eq!(is, was, "{color:?} {x},{y}");
                } else {
                    assert_eq!(is[0], UNKNOWN, "{color:?} {x},{y}");
                }
            }
        }
    }

    #[test]
    fn a_picture_that_does_not_fit_its_tree_is_refused() {
        let small = picture(png::ColorType::Rgba, 8, 6);
        assert_eq!(paint(&small, &[], &[], (6, 8)), Err(PictureError::OtherSize(8, 6, 6, 8)));
        for bytes in [&b""[..], b"\x89PNG\r\n\x1a\n", &small[..small.len() / 2]] {
            assert!(matches!(paint(bytes, &[], &[], (1, 1)), Err(PictureError::Unreadable(_))));
        }
    }
}
