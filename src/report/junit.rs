//! JUnit XML: a test case per phone, for build servers that show such files.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::ReportError;
use super::tray_order::tray_order;
use crate::model::{Outcome, printable};
use crate::record::{PhoneRecord, RunRecord};
use crate::text::say;

/// The document.
pub(super) fn render(run: &RunRecord) -> Result<String, ReportError> {
    let mut suite = TestSuite::new("sign-out");
    suite.set_timestamp(run.header.started);
    suite.add_property(("run", run.header.id.as_str()));
    suite.add_property(("tool", run.header.tool.as_str()));
    suite.add_property(("chain-head", run.head.as_str()));
    for row in tray_order(run) {
        suite.add_test_case(case(&row.record));
    }
    for phone in &run.open {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_type("no-result").set_message(say!("run-ended-before-this-phone-did"));
        suite.add_test_case(TestCase::new(printable(&phone.serial), status));
    }
    let mut report = Report::new("mi-signout");
    report.set_timestamp(run.header.started);
    report.add_test_suite(suite);
    report.to_string().map_err(|e| ReportError::Render(e.to_string()))
}

fn case(record: &PhoneRecord) -> TestCase {
    let result = &record.result;
    let mut case = TestCase::new(printable(&result.serial), status(record));
    case.set_classname(printable(result.model.as_deref().unwrap_or("unknown model")));
    case.set_time(Duration::try_from_secs_f64(result.seconds).unwrap_or_default());
    case.set_timestamp(result.started);
    case.add_property(("outcome", result.outcome.as_str()));
    if let Some(account) = &result.account {
        case.add_property(("account", printable(&account.to_string()).as_str()));
    }
    case
}

fn status(record: &PhoneRecord) -> TestCaseStatus {
    let result = &record.result;
    let kind = match result.outcome {
        good if good.is_good() => return TestCaseStatus::success(),
        Outcome::Unknown | Outcome::Failed => NonSuccessKind::Error,
        _ => NonSuccessKind::Failure,
    };
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(result.reason.map_or(result.outcome.as_str(), crate::model::Reason::as_str));
    status.set_message(printable(result.hint.as_deref().unwrap_or(result.outcome.as_str())));
    status
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn a_case_per_phone() {
        insta::assert_snapshot!(render(&samples::record()).unwrap());
    }
}
