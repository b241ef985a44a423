//! The tabs and tiles as they were when the view was left, for the next time.

use std::sync::Arc;

use parking_lot::Mutex;

use super::super::pane::Pane;
use super::tree::{TileId, Tree};
use super::{Tab, Tabs, Tile};
use crate::console::{SessionId, Sessions};

/// The tabs of the console view while it is not open. It holds no session: those that are closed meanwhile end, and have no
/// tile afterwards. Clones are handles on the same.
#[derive(Clone, Default)]
pub struct SavedTabs(Arc<Mutex<Option<Saved>>>);

struct Saved {
    tabs: Vec<SavedTab>,
    active: usize,
    next: u32,
}

struct SavedTab {
    name: Option<String>,
    is_zoomed: bool,
    tree: Tree,
    tiles: Vec<(TileId, SessionId)>,
    focus: TileId,
}

impl SavedTabs {
    /// Saves the tabs.
    pub(in super::super) fn save(&self, tabs: &Tabs) {
        let saved = tabs.list.iter().map(|tab| SavedTab {
            name: tab.name.clone(),
            is_zoomed: tab.is_zoomed,
            tree: tab.tree.clone(),
            tiles: tab.tiles.iter().map(|tile| (tile.id, tile.pane.console.session)).collect(),
            focus: tab.focus,
        });
        *self.0.lock() = Some(Saved { tabs: saved.collect(), active: tabs.active, next: tabs.next });
    }

    /// Takes the tabs, with the sessions that are still open; `None` where there are none.
    pub(in super::super) fn restore(&self, sessions: &Sessions) -> Option<Tabs> {
        let saved = self.0.lock().take()?;
        let active = saved.active;
        let restored: Vec<(usize, Tab)> = saved
            .tabs
            .into_iter()
            .enumerate()
            .filter_map(|(at, tab)| Some((at, restored(tab, sessions)?)))
            .collect();
        if restored.is_empty() {
            return None;
        }
        // The tab in front, else the one after it.
        let active = restored.iter().position(|(at, _)| *at >= active).unwrap_or(restored.len() - 1);
        let list = restored.into_iter().map(|(_, tab)| tab).collect();
        Some(Tabs { list, active, next: saved.next })
    }
}

fn restored(saved: SavedTab, sessions: &Sessions) -> Option<Tab> {
    let SavedTab { name, is_zoomed, mut tree, tiles, focus } = saved;
    let mut found = Vec::new();
    for (id, session) in tiles {
        match sessions.get(session) {
            Some(console) => found.push(Tile::new(id, Pane::new(console))),
            None => {
                tree.remove(id);
            }
        }
    }
    if found.is_empty() {
        return None;
    }
    let has_focus = found.iter().any(|tile| tile.id == focus);
    let mut tab = Tab::of(tree, found);
    tab.name = name;
    if has_focus {
        tab.focus(focus);
        tab.is_zoomed = is_zoomed;
    }
    Some(tab)
}
