//! Rows in columns for people; Chinese letters are two columns wide.

use std::io;

use unicode_width::UnicodeWidthStr;

use super::out;
use super::text::Text;
use crate::options::Common;

/// How far the cells are indented that don't fit beside the others.
const INDENT: &str = "    ";

/// Prints rows under their headings, each column as wide as its widest cell. With `--quiet` there are
/// no headings.
pub(crate) fn print<const N: usize>(
    common: &Common,
    headings: [Text; N],
    rows: impl IntoIterator<Item = [String; N]>,
) {
    let headings = headings.map(|it| it.get(common.language()).to_owned());
    let headings = Some(headings).filter(|_| !common.quiet);
    print_plain(headings.into_iter().chain(rows));
}

/// Prints rows without headings: names and values.
pub(crate) fn print_plain<const N: usize>(rows: impl IntoIterator<Item = [String; N]>) {
    let rows: Vec<_> = rows.into_iter().collect();
    for line in lines(&rows, super::columns(&io::stdout())) {
        out::line(&line);
    }
}

/// The same on standard error.
pub(crate) fn print_error<const N: usize>(rows: impl IntoIterator<Item = [String; N]>) {
    let rows: Vec<_> = rows.into_iter().collect();
    for line in lines(&rows, super::columns(&io::stderr())) {
        out::error(&line);
    }
}

/// A line for each row. In a terminal that is too narrow, the last columns go on lines of their own.
fn lines<const N: usize>(rows: &[[String; N]], columns: Option<u16>) -> Vec<String> {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.width().max(*width);
        }
    }
    let mut end = 0;
    let fits = |width: &&usize| {
        end += **width + 2;
        columns.is_none_or(|most| end <= usize::from(most) + 2)
    };
    // A table of names and values breaks in its values.
    let fitting = widths.iter().take_while(fits).count().max(N.min(2));
    let mut lines = Vec::with_capacity(rows.len());
    for row in rows {
        let cells: Vec<_> = row.iter().map(String::as_str).zip(widths).collect();
        let (beside, below) = cells.split_at(fitting);
        lines.push(line(beside));
        let below = line(below);
        if !below.trim().is_empty() {
            lines.push(format!("{INDENT}{below}"));
        }
    }
    lines
}

fn line(cells: &[(&str, usize)]) -> String {
    let mut line = String::new();
    for (cell, width) in cells {
        line.push_str(cell);
        line.push_str(&" ".repeat(width - cell.width() + 2));
    }
    line.truncate(line.trim_end().len());
    line
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn columns_line_up_in_both_scripts() {
        let cells = |one: &str, two: &str| [one.to_owned(), two.to_owned()];
        let rows = [cells("小何", "a"), cells("Vivi", "b"), cells("x", "")];
        assert_eq!(lines(&rows, None), ["小何  a", "Vivi  b", "x"]);
    }

    #[test]
    fn what_does_not_fit_goes_below() {
        let rows = [["one", "two", "three"], ["1", "2", ""]].map(|row| row.map(str::to_owned));
        assert_eq!(lines(&rows, Some(15)), ["one  two  three", "1    2"]);
        assert_eq!(lines(&rows, Some(14)), ["one  two", "    three", "1    2"]);
    }
}
