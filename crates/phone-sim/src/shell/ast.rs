//! A parsed script, as values. Knows nothing of running it.

use std::sync::{Arc, OnceLock};

/// A word before expansion.
pub(super) type Word = Vec<Part>;
/// Commands between `;` and line ends.
pub(super) type List = Vec<AndOr>;

/// A piece of a word.
#[derive(Clone, Debug)]
pub(super) enum Part {
    /// Unquoted text: may be a pattern, is never split.
    Bare(String),
    /// Quoted text.
    Quoted(String),
    /// Between double quotes.
    Double(Word),
    /// `$x`, `${x…}`.
    Param(Box<Param>),
    /// `$(…)`.
    Command(Arc<List>),
    /// `$((…))`.
    Arith(Word),
}

#[derive(Clone, Debug)]
pub(super) struct Param {
    pub(super) name: String,
    pub(super) op: ParamOp,
}

#[derive(Clone, Debug)]
pub(super) enum ParamOp {
    Value,
    Length,
    /// `:-` `:=` `:?` `:+` and the forms without a colon.
    Fallback {
        sign: char,
        colon: bool,
        word: Word,
    },
    Trim {
        prefix: bool,
        longest: bool,
        pattern: Word,
    },
    /// `${x:offset:length}`.
    Slice {
        offset: Word,
        length: Option<Word>,
    },
}

#[derive(Clone, Debug)]
pub(super) struct AndOr {
    pub(super) first: Pipeline,
    /// Each with whether it is `&&`.
    pub(super) rest: Vec<(bool, Pipeline)>,
}

#[derive(Clone, Debug)]
pub(super) struct Pipeline {
    pub(super) negated: bool,
    pub(super) stages: Vec<Command>,
}

#[derive(Clone, Debug)]
pub(super) struct Command {
    pub(super) kind: CommandKind,
    pub(super) redirects: Vec<Redirect>,
}

#[derive(Clone, Debug)]
pub(super) struct Assignment {
    pub(super) name: String,
    pub(super) append: bool,
    pub(super) value: Word,
}

#[derive(Clone, Debug)]
pub(super) enum CommandKind {
    Simple { assignments: Vec<Assignment>, words: Vec<Word> },
    Group(List),
    Subshell(List),
    If { arms: Vec<(List, List)>, otherwise: Option<List> },
    For { name: String, words: Option<Vec<Word>>, body: List },
    While { until: bool, condition: List, body: List },
    Case { word: Word, arms: Vec<(Vec<Word>, List)> },
    Function { name: String, body: Arc<Command> },
    Condition(Condition),
    Arith(Word),
}

/// Between `[[` and `]]`.
#[derive(Clone, Debug)]
pub(super) enum Condition {
    Unary(char, Word),
    Binary(Word, String, Word),
    Not(Box<Condition>),
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
}

#[derive(Clone, Debug)]
pub(super) struct Redirect {
    pub(super) fd: u8,
    pub(super) target: RedirectTarget,
}

#[derive(Clone, Debug)]
pub(super) enum RedirectTarget {
    Read(Word),
    Write(Word),
    Append(Word),
    /// `&>`: both outputs.
    Both(Word),
    /// `>&1`, `<&3`.
    Dup(u8),
    /// `<<END`: the body is read after the line that names it.
    Here(Arc<OnceLock<Word>>),
    /// `<<<`.
    HereString(Word),
}

/// Why a text is no script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ParseError {
    /// It may become one with more lines; says what is missing.
    Incomplete(String),
    /// It is wrong.
    Syntax(String),
    /// The real shell knows it, this one does not.
    Refused(String),
}
