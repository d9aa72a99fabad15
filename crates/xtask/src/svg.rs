//! Draws the screen of a terminal as an SVG: light, in a monospaced font, cell by cell.

use std::fmt::Write;

use vt100::{Cell, Color, Screen};

/// The size of a cell, of the text and of the border, in pixels.
const WIDTH: f32 = 8.4;
const HEIGHT: u16 = 20;
const SIZE: u16 = 14;
const BORDER: u16 = 18;

const BACKGROUND: &str = "#fbfbf9";
const EDGE: &str = "#d5d5d0";
const INK: &str = "#24292f";

/// The colours of a terminal, dark enough for a light background.
const PALETTE: [&str; 8] = [
    INK, "#b3261e", "#1a7f37", "#8a6100", "#0550ae", "#7a3ea8", "#0f6f74", "#57606a",
];

/// Text of one style in neighbouring cells.
#[derive(PartialEq)]
struct Style {
    bold: bool,
    colour: &'static str,
}

impl Style {
    fn of(cell: &Cell) -> Self {
        let colour = match cell.fgcolor() {
            Color::Idx(index) => PALETTE.get(usize::from(index % 8)).copied().unwrap_or(INK),
            Color::Default | Color::Rgb(..) => INK,
        };
        Self {
            bold: cell.bold(),
            colour,
        }
    }
}

/// The screen down to its last line that is not empty.
pub(crate) fn draw(screen: &Screen) -> String {
    let (rows, columns) = screen.size();
    let filled =
        |row: &u16| (0..columns).any(|column| !text(screen, *row, column).trim().is_empty());
    let rows = (0..rows).rfind(filled).map_or(1, |last| last + 1);
    let width = f32::from(columns) * WIDTH + f32::from(2 * BORDER);
    let height = rows * HEIGHT + 2 * BORDER;
    let mut svg = String::new();
    // Writing to a string never fails.
    let _ = writeln!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height}\" \
         viewBox=\"0 0 {width:.0} {height}\" role=\"img\" aria-label=\"The program ima in a terminal\">\n\
         <rect x=\"0.5\" y=\"0.5\" width=\"{:.0}\" height=\"{}\" rx=\"8\" fill=\"{BACKGROUND}\" stroke=\"{EDGE}\"/>\n\
         <g font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" \
         font-size=\"{SIZE}\" xml:space=\"preserve\">",
        width - 1.0,
        height - 1
    );
    for row in 0..rows {
        line(&mut svg, screen, row, columns);
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}

/// The text of one row, in runs of one style. A wide letter is a run of its own, and a gap ends a run,
/// so that a font with other widths moves nothing else.
fn line(svg: &mut String, screen: &Screen, row: u16, columns: u16) {
    let mut column = 0;
    while column < columns {
        let Some(cell) = screen.cell(row, column) else {
            return;
        };
        let (start, style) = (column, Style::of(cell));
        let mut run = text(screen, row, column);
        column += 1;
        if cell.is_wide() {
            column += 1;
        } else {
            while let Some(next) = screen.cell(row, column)
                && !next.is_wide()
                && Style::of(next) == style
                && (!run.ends_with("  ") || run.trim().is_empty())
            {
                run.push_str(&text(screen, row, column));
                column += 1;
            }
        }
        let cells = run.trim_end().chars().count();
        if cells == 0 {
            continue;
        }
        let leading = run.chars().take_while(|letter| *letter == ' ').count();
        let cells = cells - leading;
        let start = usize::from(start) + leading;
        let (x, y) = (
            start as f32 * WIDTH + f32::from(BORDER),
            row * HEIGHT + BORDER + SIZE,
        );
        let weight = if style.bold {
            " font-weight=\"600\""
        } else {
            ""
        };
        let length = if cell.is_wide() {
            String::new()
        } else {
            format!(" textLength=\"{:.1}\"", cells as f32 * WIDTH)
        };
        let _ = writeln!(
            svg,
            "<text x=\"{x:.1}\" y=\"{y}\" fill=\"{}\"{weight}{length}>{}</text>",
            style.colour,
            escaped(run.trim())
        );
    }
}

/// What is in a cell; a blank if nothing is.
fn text(screen: &Screen, row: u16, column: u16) -> String {
    match screen.cell(row, column).map(Cell::contents) {
        None | Some("") => " ".to_owned(),
        // Whichever step the spinner was at.
        Some(text)
            if text
                .chars()
                .all(|it| ('\u{2801}'..='\u{28ff}').contains(&it)) =>
        {
            "⠹".to_owned()
        }
        Some(text) => text.to_owned(),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
