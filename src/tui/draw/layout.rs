//! How the width of the table is shared among its columns.

use crate::model::Kind;
use crate::tui::panes::Column;

/// Columns between two columns.
const GAP: u16 = 2;
/// As wide as a sparkline grows when there is room left.
const SPARK: u16 = 24;

/// Chooses the columns that fit and their widths. `wanted` is what each column's content asks for. Columns of low
/// priority go first; what is left goes to sparklines, then to the column before the figures at the right.
pub(super) fn share(kind: Kind, columns: &[(Column, u16)], width: u16) -> Vec<(Column, u16)> {
    let mut chosen: Vec<(Column, u16)> = columns.to_vec();
    let total = |chosen: &[(Column, u16)]| {
        chosen
            .iter()
            .map(|(_, width)| width + GAP)
            .sum::<u16>()
            .saturating_sub(GAP)
    };
    loop {
        let over = total(&chosen).saturating_sub(width);
        if over == 0 {
            break;
        }
        if squeeze(kind, &mut chosen, over) {
            break;
        }
        let Some(least) = (0..chosen.len()).min_by_key(|index| chosen[*index].0.shape(kind).priority) else {
            break;
        };
        if chosen.len() == 1 {
            chosen[0].1 = width;
            break;
        }
        chosen.remove(least);
    }
    let mut left = width.saturating_sub(total(&chosen));
    for (_, wide) in chosen.iter_mut().filter(|(column, _)| is_spark(*column)) {
        let more = left.min(SPARK.saturating_sub(*wide));
        *wide += more;
        left -= more;
    }
    if let Some(last) = chosen
        .iter()
        .rposition(|(column, _)| !column.shape(kind).right && !is_spark(*column))
        && last + 1 < chosen.len()
    {
        chosen[last].1 += left;
    }
    chosen
}

/// Takes `over` columns away from those that can be narrower, if that is enough without making any unreadable.
fn squeeze(kind: Kind, chosen: &mut [(Column, u16)], over: u16) -> bool {
    let spare = |(column, width): &(Column, u16)| {
        let shape = column.shape(kind);
        // A name that cannot be told from the next one is no name: at least two thirds stay.
        let least = shape.min.max(if *column == Column::Name {
            width * 2 / 3
        } else {
            width / 2
        });
        width.saturating_sub(least)
    };
    if chosen.iter().map(spare).sum::<u16>() < over {
        return false;
    }
    for _ in 0..over {
        if let Some(widest) = chosen.iter_mut().filter(|it| spare(it) > 0).max_by_key(|it| it.1) {
            widest.1 -= 1;
        }
    }
    true
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
        Column::of(Kind::Instance, true)
            .into_iter()
            .map(|column| (column, column.shape(Kind::Instance).max.min(18)))
            .collect()
    }

    #[test]
    fn whatever_the_width_the_columns_fit_and_the_name_stays() {
        for width in 1..400 {
            let chosen = share(Kind::Instance, &wanted(), width);
            let total: u16 = chosen.iter().map(|(_, width)| width + GAP).sum::<u16>() - GAP;
            assert!(total <= width, "{width}: {total}");
            assert!(
                chosen.iter().any(|(column, _)| *column == Column::Name),
                "{width}"
            );
        }
    }

    #[test]
    fn more_room_never_shows_less() {
        let mut before = 0;
        for width in 20..400 {
            let count = share(Kind::Instance, &wanted(), width).len();
            assert!(count >= before, "{width}: {count} after {before}");
            before = count;
        }
    }
}
