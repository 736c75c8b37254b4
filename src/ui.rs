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
/// error
#[derive(Debug, thiserror::Error)]
#[error("the dump is no tree")]
pub struct DumpError;
impl DumpError {
    /// again
    #[must_use]
    pub fn is_passing(&self) -> bool {
        false
    }
}
impl UiTree {
    /// parse
    ///
    /// # Errors
    /// Where it is no UTF-8.
    pub fn parse(bytes: &[u8]) -> Result<Self, DumpError> {
        std::str::from_utf8(bytes).map(|_| Self).map_err(|_| DumpError)
    }
}
