//! Points and rectangles of a screen, in pixels.

/// A point on the screen in pixels, from the upper left corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Point {
    /// From the left.
    pub x: i32,
    /// From the top.
    pub y: i32,
}

/// A rectangle in pixels; `right` and `bottom` are outside of it, as in `bounds="[left,top][right,bottom]"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Bounds {
    /// Left edge.
    pub left: i32,
    /// Upper edge.
    pub top: i32,
    /// Right edge, exclusive.
    pub right: i32,
    /// Lower edge, exclusive.
    pub bottom: i32,
}

impl Bounds {
    /// A rectangle by its edges.
    #[must_use]
    pub fn new(left: i32, top: i32, right: i32, bottom: i32) -> Self {
        Self { left, top, right, bottom }
    }

    /// Reads `[0,85][1080,402]`; numbers may be negative.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        plain(text.as_bytes()).or_else(|| Self::parse_any(text))
    }

    fn parse_any(text: &str) -> Option<Self> {
        let inner = text.trim().strip_prefix('[')?.strip_suffix(']')?;
        let (from, to) = inner.split_once("][")?;
        let pair = |s: &str| -> Option<(i32, i32)> {
            let (a, b) = s.split_once(',')?;
            Some((a.trim().parse().ok()?, b.trim().parse().ok()?))
        };
        let ((left, top), (right, bottom)) = (pair(from)?, pair(to)?);
        Some(Self { left, top, right, bottom })
    }

    /// Width, never negative.
    #[must_use]
    pub fn width(&self) -> u32 {
        u32::try_from(i64::from(self.right) - i64::from(self.left)).unwrap_or(0)
    }

    /// Height, never negative.
    #[must_use]
    pub fn height(&self) -> u32 {
        u32::try_from(i64::from(self.bottom) - i64::from(self.top)).unwrap_or(0)
    }

    /// Whether no pixel is inside.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.width() == 0 || self.height() == 0
    }

    /// What both cover; empty where they do not meet.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        Self {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        }
    }

    /// The smallest rectangle around both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        if self.is_empty() {
            return *other;
        }
        if other.is_empty() {
            return *self;
        }
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    /// The middle, where there is one.
    #[must_use]
    pub fn center(&self) -> Option<Point> {
        let middle = |a: i32, b: i32| i32::try_from(i64::midpoint(i64::from(a), i64::from(b))).ok();
        if self.is_empty() {
            return None;
        }
        Some(Point { x: middle(self.left, self.right)?, y: middle(self.top, self.bottom)? })
    }

    /// Whether the point is inside.
    #[must_use]
    pub fn contains(&self, point: Point) -> bool {
        (self.left..self.right).contains(&point.x) && (self.top..self.bottom).contains(&point.y)
    }
}

/// Bounds as every dump writes them; `None` where they are written in another way, or not at all.
fn plain(text: &[u8]) -> Option<Bounds> {
    let (left, rest) = number(text.strip_prefix(b"[")?)?;
    let (top, rest) = number(rest.strip_prefix(b",")?)?;
    let (right, rest) = number(rest.strip_prefix(b"][")?)?;
    let (bottom, rest) = number(rest.strip_prefix(b",")?)?;
    (rest == b"]").then_some(Bounds { left, top, right, bottom })
}

/// A number at the beginning, and what follows it.
fn number(text: &[u8]) -> Option<(i32, &[u8])> {
    let (sign, mut rest) = match text.strip_prefix(b"-") {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let mut number = 0_i32;
    let digits = rest;
    while let [digit @ b'0'..=b'9', after @ ..] = rest {
        number = number.checked_mul(10)?.checked_add(i32::from(digit - b'0'))?;
        rest = after;
    }
    (rest.len() < digits.len()).then_some((sign * number, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_short_way_reads_what_the_long_one_does(text in r"\[-?[0-9]{0,11},-?[0-9]{1,4}\]\[ ?[0-9]{1,4},[0-9+]{1,5}\]x?") {
            prop_assert_eq!(Bounds::parse(&text), Bounds::parse_any(&text));
        }
    }

    #[test]
    fn reads_bounds_and_refuses_odd_ones() {
        assert_eq!(Bounds::parse("[0,85][1080,402]"), Some(Bounds::new(0, 85, 1080, 402)));
        assert_eq!(Bounds::parse("[-12,-1][0,7]"), Some(Bounds::new(-12, -1, 0, 7)));
        for bad in ["", "[0,0]", "[0,0][1]", "[0,0][1,x]", "0,0,1,1", "[0,0][99999999999,1]", "[][]"] {
            assert_eq!(Bounds::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn extreme_numbers_do_not_overflow() {
        let all = Bounds::new(i32::MIN, i32::MIN, i32::MAX, i32::MAX);
        assert_eq!(all.width(), u32::MAX);
        assert!(all.center().is_some());
        assert!(Bounds::new(5, 5, 1, 1).is_empty());
    }
}
