//! Lists and sheets as aligned columns.

use comfy_table::{Attribute, Color, ContentArrangement, Table};

use super::Colours;
use super::cell::{Cell, Tone};

/// How wide a list may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Width {
    /// So many columns of a terminal: cells wrap.
    Terminal(u16),
    /// As wide as it gets, one line for each row, for whatever reads it.
    Free,
}

/// A list below its headings.
pub(super) fn list(
    headings: &[&str],
    rows: impl Iterator<Item = Vec<Cell>>,
    width: Width,
    colours: Colours,
) -> String {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    match width {
        Width::Terminal(columns) => {
            table.set_content_arrangement(ContentArrangement::Dynamic);
            table.set_width(columns);
        }
        Width::Free => {
            table.set_content_arrangement(ContentArrangement::Disabled);
        }
    }
    match colours {
        Colours::On => table.enforce_styling(),
        Colours::Off => table.force_no_tty(),
    };
    table.set_header(headings.iter().map(|heading| {
        let heading = comfy_table::Cell::new(heading.to_uppercase());
        heading.add_attribute(Attribute::Bold)
    }));
    table.add_rows(rows.map(|row| row.iter().map(painted).collect::<Vec<_>>()));
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let lines = table.lines().map(|line| line.trim_end().to_owned() + "\n");
    lines.collect()
}

fn painted(cell: &Cell) -> comfy_table::Cell {
    let painted = comfy_table::Cell::new(&cell.text);
    match cell.tone {
        Tone::Plain => painted,
        Tone::Good => painted.fg(Color::DarkGreen),
        Tone::Bad => painted.fg(Color::DarkRed).add_attribute(Attribute::Bold),
    }
}

/// Names with their values, one on each line.
pub(super) fn sheet(lines: &[(&'static str, Cell)], colours: Colours) -> String {
    let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let lines = lines.iter().map(|(name, Cell { text, tone })| {
        let style = tone.style();
        match colours {
            Colours::On => format!("{name:width$}  {style}{text}{style:#}\n"),
            Colours::Off => format!("{name:width$}  {text}\n"),
        }
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn lines() -> Vec<(&'static str, Cell)> {
        vec![("status", Cell::good("up")), ("keys", Cell::bad("down"))]
    }

    fn rows() -> impl Iterator<Item = Vec<Cell>> {
        let row = |name, state| vec![Cell::plain(name), state];
        let rows = [
            row("reports of the night", Cell::good("on")),
            row("x", Cell::bad("off")),
        ];
        rows.into_iter()
    }

    #[test]
    fn values_stand_below_each_other() {
        assert_eq!(sheet(&lines(), Colours::Off), "status  up\nkeys    down\n");
    }

    #[test]
    fn a_terminal_shows_good_and_bad_in_colours() {
        assert_eq!(
            sheet(&lines(), Colours::On),
            "status  \u{1b}[32mup\u{1b}[0m\nkeys    \u{1b}[1m\u{1b}[31mdown\u{1b}[0m\n"
        );
        let list = list(&["name", "state"], rows(), Width::Free, Colours::On);
        assert!(list.contains("\u{1b}["), "{list:?}");
    }

    #[test]
    fn what_a_server_sends_does_not_steer_the_terminal() {
        let lines = [("version", Cell::plain("\u{1b}[2J0.1\u{7}\u{9b}1m"))];
        assert_eq!(
            sheet(&lines, Colours::Off),
            "version  \u{fffd}[2J0.1\u{fffd}\u{fffd}1m\n"
        );
        let lines = [("user", Cell::plain("\u{202e}nimda\u{2066} ש"))];
        assert_eq!(
            sheet(&lines, Colours::Off),
            "user  \u{fffd}nimda\u{fffd} ש\n"
        );
    }

    #[test]
    fn a_list_has_one_line_for_each_row_where_nobody_looks() {
        assert_eq!(
            list(&["name", "state"], rows(), Width::Free, Colours::Off),
            "NAME                  STATE\nreports of the night  on\nx                     off\n"
        );
    }

    #[test]
    fn a_list_fits_into_the_terminal() {
        let list = list(
            &["name", "state"],
            rows(),
            Width::Terminal(20),
            Colours::Off,
        );
        assert!(
            list.lines().all(|line| line.chars().count() <= 20),
            "{list}"
        );
        assert!(list.lines().count() > 3, "{list}");
    }
}
