//! From a GPU model to who uses it: to its instances or its containers, by a menu where it has both.

use crate::model::{GpuModel, Kind, ResourceId};
use crate::tui::Effect;
use crate::tui::app::App;
use crate::tui::effect::ScreenEffect;
use crate::tui::layer::Handled;
use crate::tui::overlays::Menu;
use crate::tui::overlays::list::{Item, List};

/// The menu of the kinds of resources that use a model.
struct Users {
    model: ResourceId,
    name: String,
}

/// Goes to the table that shows who uses a model: instances, or containers where no instance is known to; asks which of
/// the two where both do.
pub(super) fn follow(model: &GpuModel, app: &mut App) -> Handled {
    let usage = app.store.usage(model);
    let id = model.id.clone();
    if usage.instances > 0 && usage.containers > 0 {
        let counts = [(Kind::Instance, usage.instances), (Kind::Container, usage.containers)];
        let item = |(kind, count): (Kind, u32)| {
            let noun = if count == 1 { kind.singular() } else { kind.plural() };
            Item::new(count.to_string(), noun, "", kind)
        };
        let menu = Users { name: app.name_of(&id), model: id };
        app.open_layer(menu.layer(counts.map(item).to_vec()));
        return Handled::done();
    }
    let lists_instances = app.store.listing(&id.context, Kind::Instance).is_some();
    let of_instances = usage.instances > 0 || (usage.containers == 0 && lists_instances);
    let kind = if of_instances { Kind::Instance } else { Kind::Container };
    ScreenEffect::Follow(kind, id).into()
}

impl Menu for Users {
    type Choice = Kind;

    fn title(&self) -> String {
        format!("{} is used by", self.name)
    }

    fn foot(&self, _ascii: bool) -> &'static str {
        "enter go there  esc close"
    }

    fn choose(&mut self, kind: Kind, _list: &mut List<Kind>, _app: &mut App) -> Vec<Effect> {
        vec![Effect::close(), ScreenEffect::Follow(kind, self.model.clone()).into()]
    }
}
