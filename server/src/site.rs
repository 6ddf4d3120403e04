//! What browsers load besides pages: the style sheet, the script and wasm of the islands, icons.
//!
//! With the feature `embed` the files are part of the binary. Otherwise they are read at start from
//! `target/site/pkg`, and what is not built yet comes from its source, so that a fresh clone's tests
//! see the real style sheet. Addresses carry a hash of all files ([`Site::pkg_dir`]) and may be kept
//! by browsers for ever; a page and the wasm of another build would not fit together.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, StatusCode};
use sha2::{Digest as _, Sha256};

const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// For the two addresses that browsers and robots choose themselves.
const A_DAY: HeaderValue = HeaderValue::from_static("public, max-age=86400");
const NOT_KEPT: HeaderValue = HeaderValue::from_static("no-store");
/// Everything here belongs to one tenant or to staff; nothing is to be found by search.
const ROBOTS: &str = "User-agent: *\nDisallow: /\n";

/// The files, in memory. Clones share them.
#[derive(Clone)]
pub struct Site {
    build: Arc<str>,
    files: Arc<BTreeMap<String, File>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct File {
    raw: Bytes,
    /// Made by `xtask`; absent where brotli gains nothing and in most of a debug build.
    brotli: Option<Bytes>,
}

impl Site {
    /// Reads the files of this build. A file that is missing is answered 404 later; the server runs
    /// without its site, since signed calls and the API need none.
    pub fn load() -> Self {
        Self::new(source::read())
    }

    fn new(mut found: BTreeMap<String, Bytes>) -> Self {
        found.entry("robots.txt".to_owned()).or_insert(Bytes::from_static(ROBOTS.as_bytes()));
        let packed: BTreeMap<String, Bytes> = found
            .iter()
            .filter_map(|(name, content)| Some((name.strip_suffix(".br")?.to_owned(), content.clone())))
            .collect();
        let files: BTreeMap<String, File> = found
            .into_iter()
            .filter(|(name, _)| !name.ends_with(".br"))
            .map(|(name, raw)| {
                let brotli = packed.get(&name).cloned();
                (name, File { raw, brotli })
            })
            .collect();
        Self { build: hash(&files).into(), files: Arc::new(files) }
    }

    /// Where pages find the files, without a slash at either end: `pkg/<hash>`.
    pub fn pkg_dir(&self) -> String {
        format!("pkg/{}", self.build)
    }

    /// `/pkg/{build}/{file}`, `/favicon.ico`, `/robots.txt`.
    pub fn router<S>(&self) -> Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        let (pkg, icon, robots) = (self.clone(), self.clone(), self.clone());
        Router::new()
            .route(
                "/pkg/{build}/{file}",
                get(async move |path: Result<Path<(String, String)>, PathRejection>, headers: HeaderMap| match path {
                    Ok(Path((build, file))) => pkg.answer(&file, pkg.lifetime(&build), &headers),
                    Err(_) => not_found(),
                }),
            )
            .route("/favicon.ico", get(async move |headers: HeaderMap| icon.icon(&headers)))
            .route("/robots.txt", get(async move |headers: HeaderMap| robots.answer("robots.txt", A_DAY, &headers)))
    }

    /// While replicas are replaced, a page of one build may ask the server of another. The style
    /// sheet is better than none, but must not be remembered under that address.
    fn lifetime(&self, build: &str) -> HeaderValue {
        if *build == *self.build { IMMUTABLE } else { NOT_KEPT }
    }

    fn icon(&self, headers: &HeaderMap) -> Response {
        let name = ["favicon.ico", "favicon.svg", "mark.svg"].into_iter().find(|name| self.files.contains_key(*name));
        name.map_or_else(not_found, |name| self.answer(name, A_DAY, headers))
    }

    fn answer(&self, name: &str, lifetime: HeaderValue, headers: &HeaderMap) -> Response {
        let Some(file) = self.files.get(name) else { return not_found() };
        let common = [
            (CONTENT_TYPE, HeaderValue::from_static(content_type(name))),
            (CACHE_CONTROL, lifetime),
            NOSNIFF,
            (VARY, HeaderValue::from_static("accept-encoding")),
        ];
        match &file.brotli {
            Some(brotli) if accepts_brotli(headers) => {
                (common, [(CONTENT_ENCODING, HeaderValue::from_static("br"))], brotli.clone()).into_response()
            }
            _ => (common, file.raw.clone()).into_response(),
        }
    }
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Site").field("build", &self.build).field("files", &self.files.keys()).finish()
    }
}

const NOSNIFF: (HeaderName, HeaderValue) = (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));

fn not_found() -> Response {
    let plain = (CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    (StatusCode::NOT_FOUND, [plain, (CACHE_CONTROL, NOT_KEPT), NOSNIFF], "not found\n").into_response()
}

/// Names and contents, with lengths between them so that no two sets of files read the same.
fn hash(files: &BTreeMap<String, File>) -> String {
    let mut sha = Sha256::new();
    for (name, file) in files {
        for part in [name.as_bytes(), &file.raw] {
            sha.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
            sha.update(part);
        }
    }
    hex::encode(&sha.finalize()[..8])
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "ico" => "image/x-icon",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        "webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

/// Whether `br` is named with a weight above zero; else whether `*` is.
fn accepts_brotli(headers: &HeaderMap) -> bool {
    let offers = headers.get_all(ACCEPT_ENCODING).into_iter().filter_map(|value| value.to_str().ok());
    let mut any = false;
    for offer in offers.flat_map(|value| value.split(',')) {
        let (coding, weight) = offer.split_once(';').unwrap_or((offer, ""));
        let weight = weight.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.trim().parse::<f32>().ok());
        let wanted = weight.is_some_and(|weight| weight > 0.0);
        match coding.trim() {
            name if name.eq_ignore_ascii_case("br") => return wanted,
            "*" => any = wanted,
            _ => {}
        }
    }
    any
}

#[cfg(feature = "embed")]
mod source {
    use std::borrow::Cow;
    use std::collections::BTreeMap;

    use axum::body::Bytes;
    use rust_embed::RustEmbed;

    #[derive(RustEmbed)]
    #[folder = "../target/site/pkg"]
    #[allow_missing = true]
    struct Embedded;

    pub(super) fn read() -> BTreeMap<String, Bytes> {
        Embedded::iter()
            .filter_map(|name| {
                let content = match Embedded::get(&name)?.data {
                    Cow::Borrowed(part_of_the_binary) => Bytes::from_static(part_of_the_binary),
                    Cow::Owned(read) => Bytes::from(read),
                };
                Some((name.into_owned(), content))
            })
            .collect()
    }
}

#[cfg(not(feature = "embed"))]
mod source {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::Path;

    use axum::body::Bytes;

    pub(super) fn read() -> BTreeMap<String, Bytes> {
        read_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
    }

    /// The built files, corrected by their sources: a copy that is older than its source, and the
    /// brotli made of it, do not count.
    pub(super) fn read_below(workspace: &Path) -> BTreeMap<String, Bytes> {
        let mut found = folder(&workspace.join("target/site/pkg"));
        let mut sources = folder(&workspace.join("public"));
        if let Ok(style) = fs::read(workspace.join("style/main.css")) {
            sources.insert("app.css".to_owned(), style.into());
        }
        for (name, content) in sources {
            if found.get(&name) != Some(&content) {
                found.remove(&format!("{name}.br"));
                found.insert(name, content);
            }
        }
        found
    }

    fn folder(dir: &Path) -> BTreeMap<String, Bytes> {
        let entries = fs::read_dir(dir).into_iter().flatten().flatten();
        entries
            .filter_map(|entry| {
                let name = entry.file_name().into_string().ok().filter(|name| !name.starts_with('.'))?;
                Some((name, fs::read(entry.path()).ok()?.into()))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use http::Request;
    use tower::ServiceExt as _;

    use super::*;

    fn site(files: &[(&str, &str)]) -> Site {
        Site::new(
            files.iter().map(|(name, content)| ((*name).to_owned(), Bytes::from((*content).to_owned()))).collect(),
        )
    }

    async fn ask(site: &Site, path: &str, accept: &str) -> (StatusCode, HeaderMap, Bytes) {
        let request = Request::get(path).header(ACCEPT_ENCODING, accept).body(Body::empty()).expect("request");
        let response = site.router::<()>().oneshot(request).await.expect("answer");
        let (parts, body) = response.into_parts();
        (parts.status, parts.headers, to_bytes(body, usize::MAX).await.expect("body"))
    }

    #[tokio::test]
    async fn files_of_this_build_are_kept_for_ever() {
        let site = site(&[("app.css", "raw"), ("app.css.br", "packed")]);
        let (status, headers, body) = ask(&site, &format!("/{}/app.css", site.pkg_dir()), "gzip, br").await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(headers[CACHE_CONTROL], "public, max-age=31536000, immutable");
        assert_eq!(headers[CONTENT_TYPE], "text/css; charset=utf-8");
        assert_eq!(headers[CONTENT_ENCODING], "br");
        assert_eq!(headers[VARY], "accept-encoding");
        assert_eq!(headers[X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(body, "packed");
    }

    #[tokio::test]
    async fn who_does_not_take_brotli_gets_the_file_itself() {
        let site = site(&[("app.css", "raw"), ("app.css.br", "packed"), ("app.js", "script")]);
        for accept in ["gzip", "", "br;q=0", "br;q=0.0, gzip", "*, br;q=0", "br;q=nonsense", "*;q=0"] {
            let (_, headers, body) = ask(&site, &format!("/{}/app.css", site.pkg_dir()), accept).await;
            assert_eq!(body, "raw", "{accept:?}");
            assert!(!headers.contains_key(CONTENT_ENCODING), "{accept:?}");
            assert_eq!(headers[VARY], "accept-encoding");
        }
        for accept in ["br", "gzip;q=1.0, br;q=0.5", "BR", "gzip,br", "*", "gzip, *;q=0.1"] {
            let (_, _, body) = ask(&site, &format!("/{}/app.css", site.pkg_dir()), accept).await;
            assert_eq!(body, "packed", "{accept:?}");
        }
        let (_, headers, body) = ask(&site, &format!("/{}/app.js", site.pkg_dir()), "br").await;
        assert_eq!(body, "script");
        assert!(!headers.contains_key(CONTENT_ENCODING));
    }

    #[tokio::test]
    async fn another_build_is_answered_but_not_remembered() {
        let site = site(&[("app.css", "raw")]);
        let (status, headers, body) = ask(&site, "/pkg/0000000000000000/app.css", "br").await;
        assert_eq!((status, &body[..]), (StatusCode::OK, &b"raw"[..]));
        assert_eq!(headers[CACHE_CONTROL], "no-store");
    }

    #[tokio::test]
    async fn unknown_names_and_ways_out_of_the_folder_are_not_found() {
        let site = site(&[("app.css", "raw"), ("app.css.br", "packed")]);
        let dir = site.pkg_dir();
        for path in [
            format!("/{dir}/other.css"),
            format!("/{dir}/app.css.br"),
            format!("/{dir}/..%2f..%2fCargo.toml"),
            format!("/{dir}/%2e%2e/app.css"),
            format!("/{dir}/../../Cargo.toml"),
            format!("/{dir}/%ff"),
            format!("/{dir}/a/app.css"),
            format!("/{dir}/"),
            "/favicon.ico".to_owned(),
        ] {
            let (status, headers, body) = ask(&site, &path, "br").await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
            assert!(body.len() < 20, "{path}");
            assert!(headers.get(CACHE_CONTROL).is_none_or(|value| value == "no-store"), "{path}");
        }
    }

    #[tokio::test]
    async fn every_kind_of_file_has_its_type() {
        let names = ["app.js", "app.wasm", "mark.svg", "favicon.ico", "x.unknown"];
        let site = site(&names.map(|name| (name, "x")));
        let expected = [
            "text/javascript; charset=utf-8",
            "application/wasm",
            "image/svg+xml",
            "image/x-icon",
            "application/octet-stream",
        ];
        for (name, expected) in names.into_iter().zip(expected) {
            let (_, headers, _) = ask(&site, &format!("/{}/{name}", site.pkg_dir()), "br").await;
            assert_eq!(headers[CONTENT_TYPE], expected, "{name}");
        }
    }

    #[tokio::test]
    async fn robots_stay_out_and_browsers_find_an_icon() {
        let site = site(&[("mark.svg", "<svg/>")]);
        let (_, headers, body) = ask(&site, "/robots.txt", "").await;
        assert_eq!(body, ROBOTS);
        assert_eq!(headers[CONTENT_TYPE], "text/plain; charset=utf-8");
        let (status, headers, body) = ask(&site, "/favicon.ico", "").await;
        assert_eq!((status, &body[..]), (StatusCode::OK, &b"<svg/>"[..]));
        assert_eq!(headers[CONTENT_TYPE], "image/svg+xml");
        assert_eq!(headers[CACHE_CONTROL], "public, max-age=86400");
    }

    #[test]
    fn the_hash_depends_on_each_name_and_each_byte() {
        let base = site(&[("app.css", "ab"), ("b.svg", "c")]).pkg_dir();
        assert_eq!(base, site(&[("b.svg", "c"), ("app.css", "ab")]).pkg_dir());
        assert_ne!(base, site(&[("app.css", "ab"), ("b.svg", "d")]).pkg_dir());
        assert_ne!(base, site(&[("app.css", "ab"), ("c.svg", "c")]).pkg_dir());
        assert_ne!(base, site(&[("app.css", "abb.svgc")]).pkg_dir());
        assert_eq!(base.len(), "pkg/".len() + 16);
    }

    #[cfg(not(feature = "embed"))]
    mod from_the_workspace {
        use std::fs;

        use super::*;

        fn write(root: &std::path::Path, name: &str, content: &str) {
            let path = root.join(name);
            fs::create_dir_all(path.parent().expect("parent")).expect("folder");
            fs::write(path, content).expect("write");
        }

        #[tokio::test]
        async fn a_fresh_clone_serves_the_style_sheet_from_its_source() {
            let root = tempfile::tempdir().expect("folder");
            write(root.path(), "style/main.css", "source");
            write(root.path(), "public/mark.svg", "mark");
            let site = Site::new(source::read_below(root.path()));
            let (status, _, body) = ask(&site, &format!("/{}/app.css", site.pkg_dir()), "br").await;
            assert_eq!((status, &body[..]), (StatusCode::OK, &b"source"[..]));
            let (_, _, body) = ask(&site, &format!("/{}/mark.svg", site.pkg_dir()), "br").await;
            assert_eq!(body, "mark");
        }

        #[tokio::test]
        async fn a_built_copy_counts_while_it_equals_its_source() {
            let root = tempfile::tempdir().expect("folder");
            write(root.path(), "style/main.css", "same");
            write(root.path(), "target/site/pkg/app.css", "same");
            write(root.path(), "target/site/pkg/app.css.br", "packed");
            write(root.path(), "target/site/pkg/app.wasm", "wasm");
            let site = Site::new(source::read_below(root.path()));
            let (_, _, body) = ask(&site, &format!("/{}/app.css", site.pkg_dir()), "br").await;
            assert_eq!(body, "packed");
            let (_, _, body) = ask(&site, &format!("/{}/app.wasm", site.pkg_dir()), "br").await;
            assert_eq!(body, "wasm");

            write(root.path(), "style/main.css", "edited");
            let site = Site::new(source::read_below(root.path()));
            let (_, headers, body) = ask(&site, &format!("/{}/app.css", site.pkg_dir()), "br").await;
            assert_eq!(body, "edited");
            assert!(!headers.contains_key(CONTENT_ENCODING));
        }
    }
}
