//! stub
/// A point on the screen in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// x
    pub x: i32,
    /// y
    pub y: i32,
}
/// tree
#[derive(Clone, Debug)]
pub struct UiTree;
