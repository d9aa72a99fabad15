//! Rows in columns for people; Chinese letters are two columns wide.

use unicode_width::UnicodeWidthStr;

use crate::ui::out;

/// Prints rows, each column as wide as its widest cell.
pub(crate) fn print<const N: usize>(rows: impl IntoIterator<Item = [String; N]>) {
    for line in lines(&rows.into_iter().collect::<Vec<_>>()) {
        out::line(&line);
    }
}

/// The same on standard error.
pub(crate) fn print_error<const N: usize>(rows: impl IntoIterator<Item = [String; N]>) {
    for line in lines(&rows.into_iter().collect::<Vec<_>>()) {
        out::error(&line);
    }
}

fn lines<const N: usize>(rows: &[[String; N]]) -> Vec<String> {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.width().max(*width);
        }
    }
    let line = |row: &[String; N]| {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            line.push_str(cell);
            line.push_str(&" ".repeat(width - cell.width() + 2));
        }
        line.truncate(line.trim_end().len());
        line
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn columns_line_up_in_both_scripts() {
        let cells = |one: &str, two: &str| [one.to_owned(), two.to_owned()];
        let rows = [cells("小何", "a"), cells("Vivi", "b"), cells("x", "")];
        assert_eq!(lines(&rows), ["小何  a", "Vivi  b", "x"]);
    }
}
