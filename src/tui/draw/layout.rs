//! How the width of the table is shared among its columns.

use crate::model::Kind;
use crate::table::Column;

/// Columns between two columns.
const GAP: u16 = 2;
/// What a column with a sparkline asks for: eight cells and the figure beside them.
pub(super) const SPARK: u16 = 14;
/// As narrow as it gets before texts are cut, and as wide as it grows with the room that is left.
const SPARKS: (u16, u16) = (11, 26);

/// Chooses the columns that fit and their widths. `wanted` is what each column's content asks for. Texts come first:
/// sparklines give way, then what can be cut and still be read, then whole columns, those of low priority first. What
/// is left goes to sparklines, then to the column before the figures at the right.
pub(super) fn share(
    kind: Kind,
    columns: &[(Column, u16)],
    width: u16,
    priority: impl Fn(Column) -> u8,
) -> Vec<(Column, u16)> {
    let mut chosen: Vec<(Column, u16)> = columns.to_vec();
    let total = |chosen: &[(Column, u16)]| {
        chosen.iter().map(|(_, width)| width + GAP).sum::<u16>().saturating_sub(GAP)
    };
    loop {
        let over = total(&chosen).saturating_sub(width);
        if over == 0 || squeeze(kind, &mut chosen, over) {
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
    let mut sparks = chosen.iter().filter(|(column, _)| is_spark(*column)).count();
    for (_, wide) in chosen.iter_mut().filter(|(column, _)| is_spark(*column)) {
        let fair = left / u16::try_from(sparks.max(1)).unwrap_or(1);
        let more = fair.min(SPARKS.1.saturating_sub(*wide));
        *wide += more;
        left -= more;
        sparks -= 1;
    }
    if let Some(last) = chosen.iter().rposition(|(column, _)| !column.shape(kind).right && !is_spark(*column))
        && last + 1 < chosen.len()
    {
        chosen[last].1 += left;
    }
    chosen
}

/// Takes `over` columns away from those that can be narrower, if that is enough without making any unreadable.
fn squeeze(kind: Kind, chosen: &mut [(Column, u16)], over: u16) -> bool {
    let spare = |(column, width): &(Column, u16)| width.saturating_sub(least(kind, *column, *width));
    let wanted = chosen.to_vec();
    if wanted.iter().map(spare).sum::<u16>() < over {
        return false;
    }
    let mut over = over;
    for sparks in [true, false] {
        while over > 0 {
            let next = (0..chosen.len())
                .filter(|at| is_spark(chosen[*at].0) == sparks)
                .filter(|at| chosen[*at].1 > wanted[*at].1 - spare(&wanted[*at]))
                .max_by_key(|at| chosen[*at].1);
            let Some(widest) = next else { break };
            chosen[widest].1 -= 1;
            over -= 1;
        }
    }
    true
}

/// As narrow as a column may be cut. Half an address or half a size tells nothing: such a column stays whole or goes.
fn least(kind: Kind, column: Column, width: u16) -> u16 {
    let least = match column {
        Column::Cpu | Column::Memory => SPARKS.0,
        // A name that cannot be told from the next one is no name.
        Column::Name | Column::Target => width * 2 / 3,
        Column::Image => width.min(16),
        Column::Location
        | Column::Container
        | Column::Sizes
        | Column::Labels
        | Column::Fact(_)
        | Column::Endpoints
        | Column::By
        | Column::Host => width / 2,
        _ => width,
    };
    least.max(column.shape(kind).min).min(width)
}

pub(super) const fn is_spark(column: Column) -> bool {
    matches!(column, Column::Cpu | Column::Memory)
}

/// Columns between two columns.
pub(super) const fn gap() -> u16 {
    GAP
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted() -> Vec<(Column, u16)> {
        Column::all(Kind::Instance, ["ready_state", "stack", "hypervisor"].into_iter())
            .into_iter()
            .map(|column| (column, column.shape(Kind::Instance).max.min(18)))
            .collect()
    }

    fn usual(column: Column) -> u8 {
        column.shape(Kind::Instance).priority
    }

    #[test]
    fn whatever_the_width_the_columns_fit_and_the_name_stays() {
        for width in 1..400 {
            let chosen = share(Kind::Instance, &wanted(), width, usual);
            let total: u16 = chosen.iter().map(|(_, width)| width + GAP).sum::<u16>() - GAP;
            assert!(total <= width, "{width}: {total}");
            assert!(chosen.iter().any(|(column, _)| *column == Column::Name), "{width}");
        }
    }

    #[test]
    fn more_room_never_shows_less() {
        let mut before = 0;
        for width in 20..400 {
            let count = share(Kind::Instance, &wanted(), width, usual).len();
            assert!(count >= before, "{width}: {count} after {before}");
            before = count;
        }
    }

    #[test]
    fn texts_come_before_sparklines_and_sparklines_take_what_is_left() {
        let columns = [
            (Column::Name, 16),
            (Column::Context, 12),
            (Column::State, 10),
            (Column::Location, 22),
            (Column::Address, 14),
            (Column::Cpu, SPARK),
            (Column::Memory, SPARK),
            (Column::Age, 4),
        ];
        let width = |room, wanted| {
            let chosen = share(Kind::Instance, &columns, room, usual);
            chosen.iter().find(|(column, _)| *column == wanted).map(|it| it.1)
        };
        assert_eq!(width(114, Column::Location), Some(22), "whole, sparklines give way");
        assert_eq!(width(114, Column::Cpu), Some(11));
        assert_eq!(width(200, Column::Cpu), Some(26));
        for room in 40..200 {
            let address = width(room, Column::Address);
            assert!(address.is_none_or(|width| width >= 14), "{room}: whole or not at all");
        }
    }
}
