//! Scripts that a generator makes of everything the shell knows, each through both shells.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::{real, simulated};

/// How many scripts; each costs a process of the real shell.
const CASES: u32 = 400;

/// Text with everything that is special to a shell.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a", "b", "Z", "7", " ", "  ", "$", "$x", "`", "'", "\"", "\\", "!", "*", "?", "[a]", "{", "}", "(", ")", "<",
        ">", "|", "&", ";", "#", "~", "=", "%", ":", "-", "\n", "\t", "$(", "${", "%s", "é", "/", ".", "\\n", "\\\\",
    ]);
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn double_quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        if "$`\"\\".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out + "\""
}

fn backslashed(text: &str) -> String {
    text.chars().filter(|c| *c != '\n').flat_map(|c| ['\\', c]).collect()
}

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["x", "y", "z", "unset_one"]).prop_map(str::to_owned)
}

fn number() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![(0..100_i32).prop_map(|n| n.to_string()), Just("n".to_owned()), Just("m".to_owned())];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let op = prop::sample::select(vec![
            "+", "-", "*", "/", "%", "<", ">", "<=", ">=", "==", "!=", "&&", "||", "&", "|", "^",
        ]);
        prop_oneof![
            (inner.clone(), op, inner.clone()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
            inner.clone().prop_map(|a| format!("({a})")),
            inner.clone().prop_map(|a| format!("-({a})")),
            inner.clone().prop_map(|a| format!("!({a})")),
            (inner.clone(), inner.clone(), inner).prop_map(|(a, b, c)| format!("({a}) ? ({b}) : ({c})")),
        ]
    })
}

fn pattern() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "*", "?", "a*", "*b", "[a-z]*", "*[!a]", "*' '*", "\"*\"", "'$'*", "*\\**", "''", "é", "*/", "*\"'\"*", "$x",
    ])
    .prop_map(str::to_owned)
}

/// One word, in every way of quoting.
fn word() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        hostile().prop_map(|t| single_quoted(&t)),
        hostile().prop_map(|t| double_quoted(&t)),
        hostile().prop_map(|t| backslashed(&t)).prop_filter("a word", |t| !t.is_empty()),
        name().prop_map(|n| format!("${n}")),
        name().prop_map(|n| format!("\"${{{n}}}\"")),
        name().prop_map(|n| format!("${{#{n}}}")),
        (name(), prop::sample::select(vec!["%", "%%", "#", "##"]), pattern())
            .prop_map(|(n, op, p)| format!("\"${{{n}{op}{p}}}\"")),
        (name(), prop::sample::select(vec![":-", "-", ":+", "+"]))
            .prop_map(|(n, op)| format!("${{{n}{op}d \"e  f\"}}")),
        number().prop_map(|n| format!("$(({n}))")),
        prop::sample::select(vec!["$?", "$#", "\"$@\"", "$*", "\"$*\"", "plain", "p*", "-n", "\"\"", "d/*", "[", "="])
            .prop_map(str::to_owned),
    ];
    let joined = prop::collection::vec(leaf, 1..3).prop_map(|parts| parts.concat());
    joined.prop_recursive(2, 4, 1, |inner| {
        prop_oneof![
            inner.clone().prop_map(|w| format!("$(printf '%s' {w})")),
            inner.clone().prop_map(|w| format!("\"$(printf '%s\\n' {w} x)\"")),
            inner.prop_map(|w| format!("`echo x; false`{w}")),
        ]
    })
}

fn simple() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::collection::vec(word(), 0..4).prop_map(|w| format!("printf '<%s>' {}", w.join(" "))),
        word().prop_map(|w| format!("echo {w}")),
        (name().prop_filter("assigned", |n| n != "unset_one"), word()).prop_map(|(n, w)| format!("{n}={w}")),
        number().prop_map(|n| format!("m=$(({n}))")),
        (word(), prop::sample::select(vec!["=", "!="]), word()).prop_map(|(a, op, b)| format!("[ {a}'' {op} {b}'' ]")),
        (name(), prop::sample::select(vec!["-z", "-n", "-f", "-d"])).prop_map(|(n, op)| format!("[ {op} \"${n}\" ]")),
        prop::sample::select(vec!["-eq", "-lt", "-ge"]).prop_map(|op| format!("[ $n {op} \"$m\" ]")),
        (word(), pattern()).prop_map(|(w, p)| format!("[[ {w} = {p} ]]")),
        prop::collection::vec(word(), 0..3).prop_map(|w| format!("f {}", w.join(" "))),
        prop::collection::vec(word(), 0..3).prop_map(|w| format!("set -- {}", w.join(" "))),
        prop::sample::select(vec![
            "true",
            "false",
            ":",
            "n=$((n+1))",
            "cat file",
            "cat nofile",
            "(exit 3)",
            "echo err >&2",
            "echo $?",
            "read x <file",
            "nope_nope",
            "IFS=:",
            "unset IFS",
            "x=$(false)",
            "eval 'echo \"$x\"'",
            "wc -c <file",
            "y=$x",
            "g",
            "while read l; do echo \"($l)\"; done <file",
            "cat <<E\n$x $((n+1)) \"q\" \\$x\nE\n:",
            "cat <<'E'\n$x\nE\n:",
        ])
        .prop_map(str::to_owned),
    ]
}

fn command() -> impl Strategy<Value = String> {
    simple().prop_recursive(3, 24, 4, |inner| {
        let redirect =
            prop::sample::select(vec![">file", ">>file", "2>/dev/null", ">/dev/null 2>&1", "2>&1", "<file", "<nofile"]);
        let block = |c: String| format!("{{ {c}\n}}");
        prop_oneof![
            (inner.clone(), prop::sample::select(vec!["\n", " && ", " || "]), inner.clone())
                .prop_map(move |(a, op, b)| format!("{}{op}{}", block(a), block(b))),
            inner.clone().prop_map(|c| format!("! {{ {c}\n}}")),
            (inner.clone(), redirect).prop_map(|(c, r)| format!("{{ {c}\n}} {r}")),
            inner.clone().prop_map(|c| format!("( {c}\n)")),
            inner.clone().prop_map(|c| format!("{{ {c}\n}} | cat")),
            inner.clone().prop_map(|c| format!("printf 'one\\ntwo\\n' | {{ {c}\n}}")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("if {a}\nthen {b}\nelse {c}\nfi")),
            (inner.clone(), prop::collection::vec(word(), 0..3))
                .prop_map(|(c, w)| format!("for x in {}; do {c}\ndone", w.join(" "))),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!(
                "k=0; while [ $k -lt 2 ]; do k=$((k+1)); {a}\n{{ {b}\n}} || continue; done"
            )),
            (word(), pattern(), inner.clone(), inner.clone())
                .prop_map(|(w, p, a, b)| format!("case {w} in {p}) {a}\n;; q|'r') {b}\n;; *) echo other;; esac")),
            inner.clone().prop_map(|c| format!("g() {{ local y=1; {c}\nreturn 4; }}")),
            inner.prop_map(|c| format!("z=$( {c}\n)")),
        ]
    })
}

fn script() -> impl Strategy<Value = String> {
    (hostile(), hostile(), prop::collection::vec(command(), 1..4)).prop_map(|(x, y, commands)| {
        let begin = "n=3; m=7; set -- one 'two  2'; printf 'p q\\nr\\n' >file; touch plain; mkdir d; : >d/in";
        let functions = "f() { printf '[%s]' \"$#\" \"$@\"; return $#; }; g() { echo g; }";
        let (x, y) = (single_quoted(&x), single_quoted(&y));
        let body = commands.join("\n");
        format!("{begin}\n{functions}\nx={x}; y={y}\n{body}\nprintf '\\nEND %s|%s|%s' \"$?\" \"$x\" \"$z\"\n")
    })
}

#[test]
fn generated_scripts_behave_as_in_the_real_shell() {
    let config = Config { cases: CASES, failure_persistence: None, max_shrink_iters: 400, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let result = runner.run(&script(), |script| {
        let expected = real(&script);
        let (found, stderr, refused) = simulated(&script);
        prop_assert_eq!(refused, 0, "refused in:\n{}\n{}", script, stderr);
        prop_assert_eq!(&found, &expected, "\n{}\nstderr: {}", script, stderr);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}
