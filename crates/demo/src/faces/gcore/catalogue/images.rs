//! Images and marketplace applications.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::marks::{self, Kind, uuid};
use super::super::view::Region;
use super::price;

/// An image, the same in every region but for its id.
#[derive(Debug)]
pub(crate) struct Image {
    /// Its name.
    pub(crate) name: &'static str,
    /// The system: `ubuntu`.
    pub(crate) distro: &'static str,
    /// Its version.
    pub(crate) version: &'static str,
    /// The smallest disk it fits on, in GiB.
    pub(crate) disk: i64,
    /// Whether a driver for accelerators is in it.
    driver: bool,
    windows: bool,
}

const fn linux(name: &'static str, distro: &'static str, version: &'static str) -> Image {
    Image { name, distro, version, disk: 5, driver: false, windows: false }
}

/// Every public image.
pub(crate) const IMAGES: [Image; 8] = [
    linux("ubuntu-24.04-x64", "ubuntu", "24.04"),
    linux("ubuntu-22.04-x64", "ubuntu", "22.04"),
    linux("debian-12-x64", "debian", "12"),
    linux("rocky-9-x64", "rockylinux", "9"),
    linux("fedora-42-x64", "fedora", "42"),
    linux("postgres-16-debian-x64", "debian", "12"),
    Image { disk: 30, driver: true, ..linux("ubuntu-24.04-nvidia-x64", "ubuntu", "24.04") },
    Image { disk: 40, windows: true, ..linux("windows-server-2022-x64", "windows", "2022") },
];

/// The id of an image in a region.
pub(crate) fn id(region: &Region, nth: usize) -> String {
    uuid(Kind::Image, region.nth(u32::try_from(nth).unwrap_or(0)))
}

/// An image of a region by its id.
pub(crate) fn by_id(region: &Region, text: &str) -> Option<(usize, &'static Image)> {
    IMAGES.iter().enumerate().find(|(nth, _)| id(region, *nth) == text)
}

/// An image by its name.
pub(crate) fn by_name(name: &str) -> Option<(usize, &'static Image)> {
    IMAGES.iter().enumerate().find(|(_, image)| image.name == name)
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
#[derive(Debug)]
pub(crate) struct App {
    /// Its slug.
    pub(crate) id: &'static str,
    title: &'static str,
    category: &'static str,
    developer: &'static str,
    version: &'static str,
    site: &'static str,
    about: &'static str,
}

/// Every application.
pub(crate) const APPS: [App; 3] = [
    App {
        id: "grafana",
        title: "Grafana",
        category: "Monitoring",
        developer: "Grafana Labs",
        version: "12",
        site: "https://grafana.com",
        about: "Dashboards over metrics and logs.",
    },
    App {
        id: "gitlab",
        title: "GitLab",
        category: "Development",
        developer: "GitLab",
        version: "18",
        site: "https://about.gitlab.com",
        about: "Repositories, reviews and pipelines.",
    },
    App {
        id: "wordpress",
        title: "WordPress",
        category: "Content",
        developer: "WordPress Foundation",
        version: "6",
        site: "https://wordpress.org",
        about: "A site with pages and posts.",
    },
];

/// An application by its slug.
pub(crate) fn app(id: &str) -> Option<&'static App> {
    APPS.iter().find(|app| app.id == id)
}

impl App {
    /// As the list has it.
    pub(crate) fn listed(&self, region: &Region) -> Value {
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
            "image_name": IMAGES[0].name,
            "os_name": IMAGES[0].distro,
            "os_version": 24.04,
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
