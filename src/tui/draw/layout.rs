//! The layout of the table: its width shared among the columns.
//!
//! Where room is short, what gives way is, in this order: the cells of sparklines beyond the fewest, what can be cut and
//! still be read, then whole columns, those of low priority first. Names are cut only when nothing else is left to give,
//! but for the few that are far longer than the others, which `measure` leaves out. Where there is room to spare it goes
//! to texts that are cut, then to columns that had to go and fit by now, then to sparklines, then to all gaps alike.

use crate::table::{Align, Column, Shrink};

/// Columns between two columns.
const COLUMN_GAP: u16 = 2;
/// The width of a column with a sparkline: eight cells and the figure beside them.
pub(super) const SPARKLINE_COLUMN_WIDTH: u16 = 14;
/// The inner width of a table from which a sparkline has its eight cells: that of a screen of 120 columns.
const WIDE_TABLE: u16 = 114;
/// Columns of at least this priority are left beside a name that is too long: what it is and how it is.
const ESSENTIAL_PRIORITY: u8 = 95;

/// A column and its width on the screen.
pub(super) type Placed = (Column, u16);

/// The width that a column asks for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    pub(super) column: Column,
    /// The width it would have.
    pub(super) width: u16,
    /// The width of its longest text, which it takes where there is room to spare.
    pub(super) full: u16,
    /// The higher, the longer it stays.
    pub(super) priority: u8,
}

/// The room that names have at most in a table of this width, beside the columns that are never dropped for them.
pub(super) fn room_for_names(wanted: &[Wanted], width: u16) -> u16 {
    let essential = wanted.iter().filter(|it| it.priority >= ESSENTIAL_PRIORITY && !is_name(it.column));
    width.saturating_sub(essential.map(|it| it.width + COLUMN_GAP).sum())
}

/// Returns true if a column names things: it is cut last.
fn is_name(column: Column) -> bool {
    column.spec().shrink == Shrink::Last
}

/// Chooses the columns that fit and their widths.
pub(super) fn share(wanted: &[Wanted], width: u16) -> Vec<Placed> {
    let mut chosen: Vec<Wanted> = wanted.to_vec();
    let mut dropped: Vec<usize> = Vec::new();
    while let over @ 1.. = total(&chosen).saturating_sub(width) {
        if chosen.iter().all(|it| it.priority > 0) && squeeze(&mut chosen, over, width) {
            break;
        }
        // Of equals the last one goes.
        let Some(least) = (0..chosen.len()).rev().min_by_key(|at| chosen[*at].priority) else { break };
        if chosen[least].priority >= ESSENTIAL_PRIORITY && cut_names(&mut chosen, over) {
            break;
        }
        if chosen.len() == 1 {
            chosen[0].width = width;
            break;
        }
        let column = chosen.remove(least).column;
        dropped.extend(wanted.iter().position(|it| it.column == column));
    }
    grow(&mut chosen, width);
    bring_back(&mut chosen, wanted, &dropped, width);
    spread(&mut chosen, width);
    chosen.into_iter().map(|it| (it.column, it.width)).collect()
}

fn total(chosen: &[Wanted]) -> u16 {
    let widths =
        chosen.iter().fold(0, |sum: u16, it| sum.saturating_add(it.width.saturating_add(COLUMN_GAP)));
    widths.saturating_sub(COLUMN_GAP)
}

/// Takes `over` columns away from those that can be narrower, if that is enough without making any unreadable.
fn squeeze(chosen: &mut [Wanted], over: u16, table: u16) -> bool {
    let floors: Vec<u16> = chosen.iter().map(|it| least(it.column, it.width, table)).collect();
    let spare: u16 = chosen.iter().zip(&floors).map(|(it, floor)| it.width - floor).sum();
    if spare < over {
        return false;
    }
    let mut over = over;
    for sparks in [true, false] {
        while over > 0 {
            let next = (0..chosen.len())
                .filter(|at| chosen[*at].column.is_sampled() == sparks && chosen[*at].width > floors[*at])
                .max_by_key(|at| chosen[*at].width);
            let Some(widest) = next else { break };
            chosen[widest].width -= 1;
            over -= 1;
        }
    }
    true
}

/// Cuts names, the longest first, if that is enough.
fn cut_names(chosen: &mut [Wanted], over: u16) -> bool {
    let floor = |it: &Wanted| if is_name(it.column) { it.column.spec().min.min(it.width) } else { it.width };
    if chosen.iter().map(|it| it.width - floor(it)).sum::<u16>() < over {
        return false;
    }
    for _ in 0..over {
        let longest = chosen.iter_mut().filter(|it| it.width > floor(it)).max_by_key(|it| it.width);
        if let Some(longest) = longest {
            longest.width -= 1;
        }
    }
    true
}

/// As narrow as a column may be cut: half an address or half a size is none, so that such a column stays whole or goes.
fn least(column: Column, width: u16, table: u16) -> u16 {
    let spec = column.spec();
    let least = match spec.shrink {
        Shrink::Never | Shrink::Last => width,
        Shrink::Half => width / 2,
        Shrink::TwoThirds => width * 2 / 3,
        Shrink::Path(least) => width.min(least),
        Shrink::Sparkline(_) if table >= WIDE_TABLE => SPARKLINE_COLUMN_WIDTH,
        Shrink::Sparkline(least) => least,
    };
    least.max(spec.min).min(width)
}

/// Gives what is left to texts that are cut, names first.
fn grow(chosen: &mut [Wanted], width: u16) {
    let mut left = width.saturating_sub(total(chosen));
    let mut order: Vec<usize> = (0..chosen.len()).filter(|at| !chosen[*at].column.is_sampled()).collect();
    order.sort_by_key(|at| (!is_name(chosen[*at].column), u8::MAX - chosen[*at].priority));
    for at in order {
        let more = chosen[at].full.saturating_sub(chosen[at].width).min(left);
        chosen[at].width += more;
        left -= more;
    }
}

/// Brings back columns that had to go where the room that others left is enough for them, each in its place.
fn bring_back(chosen: &mut Vec<Wanted>, wanted: &[Wanted], dropped: &[usize], width: u16) {
    let mut dropped = dropped.to_vec();
    dropped.sort_by_key(|at| u8::MAX - wanted[*at].priority);
    for back in dropped {
        let left = width.saturating_sub(total(chosen));
        if wanted[back].priority > 0 && wanted[back].width + COLUMN_GAP <= left {
            let before = |it: &Wanted| wanted[..back].iter().any(|earlier| earlier.column == it.column);
            let at = chosen.iter().take_while(|it| before(it)).count();
            chosen.insert(at, wanted[back]);
        }
    }
}

/// Gives what is left to sparklines, then to the gaps behind texts, to each the same.
fn spread(chosen: &mut [Wanted], width: u16) {
    let mut left = width.saturating_sub(total(chosen));
    let mut sparks = chosen.iter().filter(|it| it.column.is_sampled()).count();
    for it in chosen.iter_mut().filter(|it| it.column.is_sampled()) {
        let fair = left / u16::try_from(sparks.max(1)).unwrap_or(1);
        let more = fair.min(it.column.spec().max.saturating_sub(it.width));
        it.width += more;
        left -= more;
        sparks -= 1;
    }
    // Blanks at the right of a text are a wider gap; the last column ends at the edge, or needs none behind it.
    let last = chosen.len().saturating_sub(1);
    let is_text = |it: &Wanted| it.column.spec().align == Align::Left && !it.column.is_sampled();
    let texts: Vec<usize> = (0..last).filter(|at| is_text(&chosen[*at])).collect();
    let mut gaps = u16::try_from(texts.len()).unwrap_or(1);
    for at in texts {
        let fair = left / gaps.max(1);
        chosen[at].width += fair;
        left -= fair;
        gaps -= 1;
    }
}

/// Columns between two columns.
pub(super) const fn gap() -> u16 {
    COLUMN_GAP
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Kind;

    fn want(column: Column, width: u16) -> Wanted {
        Wanted { column, width, full: width, priority: column.spec().priority }
    }

    fn wanted() -> Vec<Wanted> {
        Column::all(Kind::Instance, ["ready_state", "stack", "hypervisor"].into_iter())
            .into_iter()
            .map(|column| want(column, column.spec().max.min(18)))
            .collect()
    }

    fn column(id: &str) -> Column {
        Column::find(Kind::Instance, id).unwrap()
    }

    fn usual(name: u16) -> Vec<Wanted> {
        vec![
            want(column("name"), name),
            want(column("context"), 12),
            want(column("state"), 10),
            want(column("type"), 17),
            want(column("where"), 22),
            want(column("address"), 14),
            want(column("cpu"), SPARKLINE_COLUMN_WIDTH),
            want(column("mem"), SPARKLINE_COLUMN_WIDTH),
            want(column("age"), 4),
        ]
    }

    fn width_of(placed: &[Placed], wanted: Column) -> Option<u16> {
        placed.iter().find(|(column, _)| *column == wanted).map(|it| it.1)
    }

    fn used(placed: &[Placed]) -> u16 {
        placed.iter().map(|(_, width)| width + COLUMN_GAP).sum::<u16>() - COLUMN_GAP
    }

    #[test]
    fn whatever_the_width_the_columns_fit_and_the_name_stays() {
        for width in 1..400 {
            for name in [6, 18, 72, 300] {
                let mut wanted = wanted();
                wanted[0].width = name;
                let placed = share(&wanted, width);
                assert!(used(&placed) <= width, "{width}: {placed:?}");
                assert!(placed.iter().any(|(column, _)| column.is_name()), "{width}");
            }
        }
    }

    #[test]
    fn a_name_is_cut_only_when_nothing_else_can_give_way() {
        for width in 20..300 {
            for name in [8, 16, 30, 72, 150] {
                let placed = share(&usual(name), width);
                let has = width_of(&placed, column("name")).unwrap();
                if has < name {
                    let others: Vec<_> = placed.iter().map(|(column, _)| column.id()).collect();
                    assert!(
                        others.iter().all(|id| ["name", "state"].contains(id)),
                        "{width} {name}: {placed:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn sparklines_have_eight_cells_in_a_wide_table_and_take_what_is_left() {
        for width in [WIDE_TABLE, 150, 200] {
            let placed = share(&usual(16), width);
            for id in ["cpu", "mem"] {
                let cells = width_of(&placed, column(id));
                assert!(cells.is_none_or(|width| width >= SPARKLINE_COLUMN_WIDTH), "{width}: {placed:?}");
            }
        }
        let placed = share(&usual(16), 220);
        assert!(width_of(&placed, column("cpu")) > Some(30), "{placed:?}");
    }

    #[test]
    fn an_address_is_whole_or_not_there_at_all() {
        for width in 20..200 {
            let address = width_of(&share(&usual(16), width), column("address"));
            assert!(address.is_none_or(|width| width >= 14), "{width}");
        }
    }

    #[test]
    fn what_is_empty_goes_first_and_what_still_fits_comes_back() {
        let mut wanted = usual(16);
        let at = wanted.iter().position(|it| it.column == column("state")).unwrap();
        wanted[at].priority = 0;
        assert_eq!(width_of(&share(&wanted, 110), column("state")), None);
        assert!(width_of(&share(&wanted, 200), column("state")).is_some(), "there is room for all");
        // The age went before the wide ones did, and fits beside what they left.
        let placed = share(&usual(40), 78);
        assert!(width_of(&placed, column("age")).is_some(), "{placed:?}");
        let order: Vec<_> = placed.iter().map(|(column, _)| column.id()).collect();
        assert_eq!(order.last(), Some(&"age"), "in its place: {order:?}");
    }

    #[test]
    fn a_long_text_takes_the_room_that_is_left() {
        let mut wanted = usual(16);
        wanted[4].full = 60;
        assert!(width_of(&share(&wanted, 300), column("where")) >= Some(60));
    }
}
