//! The whole page: the summary at its top, the cards, and the record that the page carries. Also reads that record back.

use std::collections::HashMap;
use std::fmt::Write;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::card;
use super::elements::{escape, fact, hash, moment, or_dash, table};
use crate::model::Outcome;
use crate::record::RunRecord;
use crate::report::document;
use crate::report::tray_order::tray_order;
use crate::text::{self, Language, say};

const STYLE: &str = include_str!("style.css");

/// Sorts the list of phones by a click on a heading. The page reads as well without it. Without `<` and `&`, so that the page is
/// well-formed XML too.
const SORT: &str = include_str!("sort.js");

/// The element that carries the document.
const RECORD: &str = "<script type=\"application/json\" id=\"record\">";

/// How a report is checked.
const VERIFY: &str = "mi-signout report --verify FILE";

/// The page. The same record gives the same page, byte for byte.
pub(in crate::report) fn render(run: &RunRecord) -> String {
    let mut page = String::with_capacity(16 * 1024 + run.rows.len() * 8 * 1024);
    let title = say!("sign-out-of-phones", phones = run.rows.len() + run.open.len(), run = run.header.id);
    let _ = write!(page, "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n", text::language().code());
    page += "<meta charset=\"utf-8\" />\n";
    page += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\" />\n";
    page += "<meta name=\"color-scheme\" content=\"light dark\" />\n";
    let _ = write!(page, "<title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n", escape(&title));
    summary(&mut page, run, &title);
    page += "<main>\n";
    for row in tray_order(run) {
        card::render(&mut page, row);
    }
    for phone in &run.open {
        card::open(&mut page, phone);
    }
    page += "</main>\n";
    // `<` and `&` cannot end the element nor begin an entity in this form.
    let document = document::compact(run).replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    let _ = write!(page, "{RECORD}{document}</script>\n<script>\n{SORT}</script>\n</body>\n</html>\n");
    page
}

/// The language that a page says it is in.
pub(in crate::report) fn language(page: &str) -> Language {
    let code = page.split_once("<html lang=\"").and_then(|(_, rest)| rest.split_once('"')).map(|(code, _)| code);
    Language::ALL.iter().copied().find(|language| Some(language.code()) == code).unwrap_or(Language::English)
}

/// Reads the record of a page back, with its pictures.
///
/// # Errors
/// What is wrong with it, in words.
pub(in crate::report) fn parse(page: &str) -> Result<RunRecord, String> {
    let (_, rest) = page.split_once(RECORD).ok_or_else(|| say!("page-carries-no-record"))?;
    let (text, _) = rest.split_once("</script>").ok_or_else(|| say!("record-of-page-is-cut"))?;
    let mut run = document::parse(text)?;
    // One pass for all: a page of a thousand phones has a hundred megabytes of pictures.
    let mut pictures: HashMap<&str, &str> = HashMap::new();
    for (row, data) in page.split(card::PICTURE).skip(1).filter_map(card::picture) {
        pictures.entry(row).or_insert(data);
    }
    for row in &mut run.rows {
        let Some(expected) = &row.record.picture else { continue };
        let number = row.record.row.to_string();
        let picture = pictures.get(number.as_str()).and_then(|data| BASE64_STANDARD.decode(data).ok());
        let missing =
            || say!("picture-of-row-is-missing", row = row.record.row, picture = format_args!("{expected:.8}"));
        row.picture = Some(picture.ok_or_else(missing)?);
    }
    Ok(run)
}

fn summary(page: &mut String, run: &RunRecord, title: &str) {
    let header = &run.header;
    let _ = write!(page, "<header>\n<h1>{}</h1>\n<p class=\"counts\">", escape(title));
    for outcome in Outcome::ALL {
        let count = run.rows.iter().filter(|row| row.record.result.outcome == outcome).count();
        if count > 0 {
            let _ = write!(page, "<span class=\"badge {}\">{count} {outcome}</span> ", card::class(outcome));
        }
    }
    if !run.open.is_empty() {
        let open = escape(&say!("without-a-result", count = run.open.len()));
        let _ = write!(page, "<span class=\"badge bad\">{open}</span> ");
    }
    *page += "</p>\n";
    in_short(page, run);
    *page += "<dl>\n";
    fact(page, &say!("report-started"), &moment(header.started));
    fact(page, &say!("report-ended"), &run.ended.map_or_else(|| say!("run-has-not-ended"), moment));
    fact(page, &say!("report-operator"), or_dash(header.operator.as_ref()));
    fact(page, &say!("report-station"), or_dash(header.station.as_ref()));
    fact(page, &say!("report-authorised-by"), or_dash(header.authorised_by.as_ref()));
    fact(page, &say!("report-tool"), &header.tool);
    let options: Vec<String> = header.options.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    if !options.is_empty() {
        fact(page, &say!("report-options"), &options.join(", "));
    }
    fact(page, &say!("report-exit-status"), &run.exit.map_or_else(|| "—".to_owned(), |exit| exit.to_string()));
    hash(page, &say!("report-chain"), &run.head);
    *page += "</dl>\n";
    list(page, run);
    let note = escape(&say!("rows-are-linked", command = VERIFY)).replace(VERIFY, &format!("<code>{VERIFY}</code>"));
    let _ = write!(page, "<p class=\"note\">{note}</p>\n</header>\n");
}

/// What a customer reads: what is proven, what is not, and what comes next.
fn in_short(page: &mut String, run: &RunRecord) {
    let count = |wanted: &[Outcome]| run.rows.iter().filter(|row| wanted.contains(&row.record.result.outcome)).count();
    let (out, was_out) = (count(&[Outcome::SignedOut]), count(&[Outcome::AlreadySignedOut]));
    let all = run.rows.len() + run.open.len();
    let mut says = vec![say!("phones-in-this-run", phones = all)];
    if out > 0 {
        says.push(say!("signed-out-and-proven", phones = out));
    }
    if was_out > 0 {
        says.push(say!("without-an-account-before", phones = was_out));
    }
    let rest = all - out - was_out;
    if rest > 0 {
        says.push(say!("not-signed-out-or-not-proven", phones = rest));
    }
    if out + was_out > 0 {
        says.push(say!("next-reset-the-phone"));
    }
    let _ = writeln!(page, "<p class=\"short\">{}</p>", escape(&says.join(" ")));
}

/// A line per phone, in the order of the tray, with a link to its card.
fn list(page: &mut String, run: &RunRecord) {
    let names = [
        say!("report-place"),
        say!("report-phone"),
        say!("report-outcome"),
        say!("report-model"),
        say!("report-account"),
        say!("report-time"),
        say!("report-finished"),
    ];
    // The words of the page's script, in the language of the page.
    table(page, &format!("class=\"list\" data-sort=\"{}\"", escape(&say!("report-sort-by-this-column"))), &names);
    // On a narrow screen the number stands alone, and needs its name.
    let finished = escape(&say!("report-finished"));
    for row in tray_order(run) {
        let (record, result) = (&row.record, &row.record.result);
        let account = result.account.as_ref().map_or_else(|| "—".to_owned(), ToString::to_string);
        let _ = writeln!(
            page,
            "<tr><td>{6}</td><td><a href=\"#phone-{0}\">{1}</a></td><td>{2}</td><td>{3}</td><td>{4}</td><td>{5:.1} s</td><td data-name=\"{finished}\">{0}</td></tr>",
            record.row,
            escape(&result.serial),
            card::badge(result.outcome),
            escape(or_dash(result.model.as_ref())),
            escape(&account),
            result.seconds,
            escape(or_dash(record.place.as_ref())),
        );
    }
    for phone in &run.open {
        let _ = writeln!(
            page,
            "<tr><td>—</td><td>{}</td><td>{}</td><td>{}</td><td>—</td><td>—</td><td data-name=\"{finished}\">—</td></tr>",
            escape(&phone.serial),
            card::no_result(),
            escape(or_dash(phone.model.as_ref())),
        );
    }
    *page += "</tbody>\n</table></div>\n";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn phones_are_in_the_order_of_the_tray_and_the_order_of_finishing_is_a_column() {
        let mut run = samples::record();
        let places = ["1-10", "1-4.10", "1-4.2", "192.168.0.7:5555"];
        for (row, place) in run.rows.iter_mut().zip(places) {
            row.record.place = Some(place.to_owned());
        }
        let page = render(&run);
        let cells: Vec<(&str, &str)> = page
            .lines()
            .filter_map(|line| line.strip_prefix("<tr><td>")?.strip_suffix("</td></tr>"))
            .filter(|line| line.contains("#phone-"))
            .map(|line| (line.split('<').next().unwrap(), line.rsplit('>').next().unwrap()))
            .collect();
        assert_eq!(cells, [("1-4.2", "3"), ("1-4.10", "2"), ("1-10", "1"), ("192.168.0.7:5555", "4")]);
        let cards: Vec<usize> =
            [3, 2, 1, 4].map(|n| page.find(&format!("<article id=\"phone-{n}\"")).unwrap()).to_vec();
        assert!(cards.is_sorted(), "{cards:?}");
    }

    #[test]
    fn the_page_is_well_formed_and_nothing_escapes() {
        let page = render(&samples::record());
        let mut reader = quick_xml::Reader::from_str(&page);
        let (mut depth, mut articles) = (0_i32, 0);
        loop {
            match reader.read_event().unwrap() {
                quick_xml::events::Event::Start(e) => {
                    depth += 1;
                    articles += i32::from(e.name().as_ref() == b"article");
                }
                quick_xml::events::Event::End(_) => depth -= 1,
                quick_xml::events::Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!((depth, articles), (0, 5));
        assert!(page.contains("POCO &lt;X3&gt; &amp; &quot;Pro&quot;"));
        assert!(!page.contains("<X3>") && !page.contains('\u{1b}') && !page.contains('\u{202e}'));
        assert_eq!(page.matches("<script").count(), 2, "the record, and the sorting of the list");
        assert!(!page.contains("http://") && !page.contains("https://"), "nothing is fetched");
    }

    #[test]
    fn a_hostile_model_ends_no_element() {
        let mut run = samples::record();
        run.header.operator = Some("</script><script>alert(1)</script>".into());
        let page = render(&run);
        assert_eq!(page.matches("<script").count(), 2, "the record, and the sorting of the list");
        assert_eq!(parse(&page).unwrap().header, run.header);
    }

    #[test]
    fn the_record_comes_back_with_its_pictures() {
        assert_eq!(parse(&render(&samples::record())).unwrap(), samples::record());
    }

    #[test]
    fn the_card_of_a_phone() {
        let page = render(&samples::record());
        let start = page.find("<article").unwrap();
        let end = page.find("</article>").unwrap();
        insta::assert_snapshot!(&page[start..end]);
    }
}
