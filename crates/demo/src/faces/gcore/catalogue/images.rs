//! Images and marketplace applications.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::marks::{self, Kind, uuid};
use super::super::view::Region;
use super::{CATALOGUE, price};

/// An image, the same in every region but for its id.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Image {
    /// Its name.
    pub(crate) name: &'static str,
    /// The system: `ubuntu`.
    pub(crate) distro: &'static str,
    /// Its version.
    pub(crate) version: &'static str,
    /// The smallest disk it fits on, in GiB.
    #[serde(rename = "disk_gib")]
    pub(crate) disk: i64,
    /// True if a driver for accelerators is in it.
    #[serde(default)]
    driver: bool,
    #[serde(default)]
    windows: bool,
}

/// Every public image.
pub(crate) fn all() -> &'static [Image] {
    &CATALOGUE.images
}

/// The id of an image in a region.
pub(crate) fn id(region: &Region, nth: usize) -> String {
    uuid(Kind::Image, region.nth(u32::try_from(nth).unwrap_or(0)))
}

/// An image of a region by its id.
pub(crate) fn by_id(region: &Region, text: &str) -> Option<(usize, &'static Image)> {
    all().iter().enumerate().find(|(nth, _)| id(region, *nth) == text)
}

/// An image by its name.
pub(crate) fn by_name(name: &str) -> Option<(usize, &'static Image)> {
    all().iter().enumerate().find(|(_, image)| image.name == name)
}

impl Image {
    /// As the list has it.
    pub(crate) fn listed(
        &self,
        region: &Region,
        project: u64,
        nth: usize,
        founded: Timestamp,
        prices: bool,
    ) -> Value {
        let none = Value::Null;
        let mut row = json!({
            "id": id(region, nth),
            "name": self.name,
            "description": none,
            "status": "active",
            "visibility": "public",
            "architecture": "x86_64",
            "os_type": if self.windows { "windows" } else { "linux" },
            "os_distro": self.distro,
            "os_version": self.version,
            "disk_format": "raw",
            "min_disk": self.disk,
            "min_ram": if self.windows { 2048 } else { 512 },
            "size": self.disk * 536_870_912,
            "ssh_key": if self.windows { "deny" } else { "allow" },
            "hw_firmware_type": "bios",
            "hw_machine_type": "q35",
            "is_baremetal": false,
            "display_order": nth,
            "gpu_driver": if self.driver { json!("nvidia") } else { none.clone() },
            "gpu_driver_type": if self.driver { json!("open") } else { none.clone() },
            "gpu_driver_version": if self.driver { json!("570.133") } else { none.clone() },
            // The description has the second name, the platform's own client reads the first.
            "tags": [],
            "tags_v2": [],
            "project_id": project,
            "region": region.name,
            "region_id": region.id,
            "task_id": none,
            "creator_task_id": none,
            "created_at": marks::zulu(founded),
            "updated_at": marks::zulu(founded),
            "price_per_hour": none,
            "price_per_month": none,
            "price_status": none,
            "currency_code": none,
        });
        if prices {
            price(&mut row, if self.windows { 0.02 } else { 0.0 });
        }
        row
    }
}

/// A marketplace application.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct App {
    /// Its slug.
    pub(crate) id: &'static str,
    title: &'static str,
    category: &'static str,
    developer: &'static str,
    version: &'static str,
    site: &'static str,
    about: &'static str,
    /// The name of the image that its machines are made of.
    image: &'static str,
}

/// Every application.
pub(crate) fn apps() -> &'static [App] {
    &CATALOGUE.apps
}

/// An application by its slug.
pub(crate) fn app(id: &str) -> Option<&'static App> {
    apps().iter().find(|app| app.id == id)
}

impl App {
    /// As the list has it.
    pub(crate) fn listed(&self, region: &Region) -> Value {
        let image = by_name(self.image).map(|(_, image)| image);
        json!({
            "id": self.id,
            "display_name": self.title,
            "category": self.category,
            "developer": self.developer,
            "description": self.about,
            "short_description": self.about,
            "version": self.version,
            "website": self.site,
            "usage": "Open the machine's external address in a browser.",
            "image_name": self.image,
            "os_name": image.map(|image| image.distro),
            "os_version": image.and_then(|image| image.version.parse::<f64>().ok()),
            "min_disk": 20,
            "min_ram": 2048,
            "min_vcpus": 2,
            "region_id": region.id,
            "app_config": [
                { "name": "admin_email", "label": "Administrator's address", "type": "string", "required": true,
                  "description": "Where the first login is sent." },
                { "name": "port", "label": "Port", "type": "string", "required": false, "default": "443",
                  "description": "Where it listens." },
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_application_is_made_of_an_image_with_a_numeric_version() {
        for app in apps() {
            let (_, image) = by_name(app.image).expect(app.id);
            assert!(image.version.parse::<f64>().is_ok() && image.disk <= 20, "{}", app.id);
        }
    }
}
