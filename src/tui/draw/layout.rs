//! The layout of the table: its width shared among the columns.

use crate::table::{Align, Column, Shrink};

/// Columns between two columns.
const COLUMN_GAP: u16 = 2;
/// The width of a column with a sparkline: eight cells and the figure beside them.
pub(super) const SPARKLINE_COLUMN_WIDTH: u16 = 14;

/// Chooses the columns that fit and their widths. `wanted` is what each column's content asks for. Texts come first:
/// sparklines give way, then what can be cut and still be read, then whole columns, those of low priority first. What
/// is left goes to sparklines, then to the column before the figures at the right.
pub(super) fn share(
    columns: &[(Column, u16)],
    width: u16,
    priority: impl Fn(Column) -> u8,
) -> Vec<(Column, u16)> {
    let mut chosen: Vec<(Column, u16)> = columns.to_vec();
    let total = |chosen: &[(Column, u16)]| {
        chosen.iter().map(|(_, width)| width + COLUMN_GAP).sum::<u16>().saturating_sub(COLUMN_GAP)
    };
    loop {
        let over = total(&chosen).saturating_sub(width);
        if over == 0 || squeeze(&mut chosen, over) {
            break;
        }
        // Of equals the last one goes.
        let Some(least) = (0..chosen.len()).rev().min_by_key(|index| priority(chosen[*index].0)) else {
            break;
        };
        if chosen.len() == 1 {
            chosen[0].1 = width;
            break;
        }
        chosen.remove(least);
    }
    let mut left = width.saturating_sub(total(&chosen));
    let mut sparks = chosen.iter().filter(|(column, _)| column.is_sampled()).count();
    for (column, wide) in chosen.iter_mut().filter(|(column, _)| column.is_sampled()) {
        let fair = left / u16::try_from(sparks.max(1)).unwrap_or(1);
        let more = fair.min(column.spec().max.saturating_sub(*wide));
        *wide += more;
        left -= more;
        sparks -= 1;
    }
    if let Some(last) =
        chosen.iter().rposition(|(column, _)| column.spec().align == Align::Left && !column.is_sampled())
        && last + 1 < chosen.len()
    {
        chosen[last].1 += left;
    }
    chosen
}

/// Takes `over` columns away from those that can be narrower, if that is enough without making any unreadable.
fn squeeze(chosen: &mut [(Column, u16)], over: u16) -> bool {
    let spare = |(column, width): &(Column, u16)| width.saturating_sub(least(*column, *width));
    let wanted = chosen.to_vec();
    if wanted.iter().map(spare).sum::<u16>() < over {
        return false;
    }
    let mut over = over;
    for sparks in [true, false] {
        while over > 0 {
            let next = (0..chosen.len())
                .filter(|at| chosen[*at].0.is_sampled() == sparks)
                .filter(|at| chosen[*at].1 > wanted[*at].1 - spare(&wanted[*at]))
                .max_by_key(|at| chosen[*at].1);
            let Some(widest) = next else { break };
            chosen[widest].1 -= 1;
            over -= 1;
        }
    }
    true
}

/// As narrow as a column may be cut: half an address or half a size is none, so that such a column stays whole or goes.
fn least(column: Column, width: u16) -> u16 {
    let spec = column.spec();
    let least = match spec.shrink {
        Shrink::Never => width,
        Shrink::Half => width / 2,
        Shrink::TwoThirds => width * 2 / 3,
        Shrink::Path(least) => width.min(least),
        Shrink::Sparkline(least) => least,
    };
    least.max(spec.min).min(width)
}

/// Columns between two columns.
pub(super) const fn gap() -> u16 {
    COLUMN_GAP
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Kind;

    fn wanted() -> Vec<(Column, u16)> {
        Column::all(Kind::Instance, ["ready_state", "stack", "hypervisor"].into_iter())
            .into_iter()
            .map(|column| (column, column.spec().max.min(18)))
            .collect()
    }

    fn own(column: Column) -> u8 {
        column.spec().priority
    }

    fn column(id: &str) -> Column {
        Column::find(Kind::Instance, id).unwrap()
    }

    #[test]
    fn whatever_the_width_the_columns_fit_and_the_name_stays() {
        for width in 1..400 {
            let chosen = share(&wanted(), width, own);
            let total: u16 = chosen.iter().map(|(_, width)| width + COLUMN_GAP).sum::<u16>() - COLUMN_GAP;
            assert!(total <= width, "{width}: {total}");
            assert!(chosen.iter().any(|(column, _)| column.is_name()), "{width}");
        }
    }

    #[test]
    fn more_room_never_shows_less() {
        let mut before = 0;
        for width in 20..400 {
            let count = share(&wanted(), width, own).len();
            assert!(count >= before, "{width}: {count} after {before}");
            before = count;
        }
    }

    #[test]
    fn texts_come_before_sparklines_and_sparklines_take_what_is_left() {
        let columns = [
            (column("name"), 16),
            (column("context"), 12),
            (column("state"), 10),
            (column("where"), 22),
            (column("address"), 14),
            (column("cpu"), SPARKLINE_COLUMN_WIDTH),
            (column("mem"), SPARKLINE_COLUMN_WIDTH),
            (column("age"), 4),
        ];
        let width = |room, wanted| {
            let chosen = share(&columns, room, own);
            chosen.iter().find(|(column, _)| *column == wanted).map(|it| it.1)
        };
        assert_eq!(width(114, column("where")), Some(22), "whole, sparklines give way");
        assert_eq!(width(114, column("cpu")), Some(11));
        assert_eq!(width(200, column("cpu")), Some(26));
        for room in 40..200 {
            let address = width(room, column("address"));
            assert!(address.is_none_or(|width| width >= 14), "{room}: whole or not at all");
        }
    }
}
