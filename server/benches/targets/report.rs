//! The table at the end.

use std::fmt::Display;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Met,
    Missed,
    NotMeasured,
    /// A number without a target, for those who read the table.
    None,
}

impl Verdict {
    pub(crate) fn of(met: bool) -> Self {
        if met { Verdict::Met } else { Verdict::Missed }
    }

    fn text(self) -> &'static str {
        match self {
            Verdict::Met => "met",
            Verdict::Missed => "MISSED",
            Verdict::NotMeasured => "NOT MEASURED",
            Verdict::None => "",
        }
    }
}

#[derive(Default)]
pub(crate) struct Report {
    rows: Vec<[String; 6]>,
    failed: bool,
}

const TITLES: [&str; 6] = ["what", "on", "measured", "baseline", "target", "verdict"];

impl Report {
    pub(crate) fn row(
        &mut self,
        what: &str,
        on: &str,
        measured: impl Display,
        baseline: impl Display,
        target: &str,
        verdict: Verdict,
    ) {
        self.failed |= matches!(verdict, Verdict::Missed | Verdict::NotMeasured);
        let row = [
            what.to_owned(),
            on.to_owned(),
            measured.to_string(),
            baseline.to_string(),
            target.to_owned(),
            verdict.text().to_owned(),
        ];
        eprintln!("  {}", row.iter().filter(|cell| !cell.is_empty()).cloned().collect::<Vec<_>>().join(" · "));
        self.rows.push(row);
    }

    pub(crate) fn not_measured(&mut self, what: &str, why: &str) {
        self.row(what, "", why, "", "", Verdict::NotMeasured);
    }

    pub(crate) fn all_met(&self) -> bool {
        !self.failed
    }

    /// As Markdown, so that it can stand in a document as it is.
    pub(crate) fn print(&self) {
        let titles = TITLES.map(str::to_owned);
        let width = |column: usize| {
            self.rows.iter().chain([&titles]).map(|row| row[column].chars().count()).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..TITLES.len()).map(width).collect();
        let line = |row: &[String; 6]| {
            let cells: Vec<String> =
                row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}", width = *width)).collect();
            println!("| {} |", cells.join(" | "));
        };
        println!();
        line(&titles);
        println!("|{}|", widths.iter().map(|width| "-".repeat(width + 2)).collect::<Vec<_>>().join("|"));
        self.rows.iter().for_each(line);
    }
}
