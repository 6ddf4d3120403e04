//! What browsers load, as flat files in `target/site/pkg`: `app.js`, `app.wasm`, `app.css` and `public/`.
//! The server serves this folder in debug builds and carries it inside itself in release builds.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use crate::install;
use crate::stamp::Stamp;
use crate::step::{exec, say, step};
use crate::workspace::{WASM, Workspace};

#[derive(clap::Args)]
pub struct Args {
    /// Small wasm, and a brotli copy beside each file that gains from it.
    #[arg(long)]
    release: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Dev,
    Release,
}

impl Mode {
    /// Where cargo puts the wasm of this profile, below the target's folder.
    fn folder(self) -> &'static str {
        match self {
            Self::Dev => "debug",
            Self::Release => "wasm-release",
        }
    }

    /// The style sheet always has its brotli copy, since the connect page's budget counts those
    /// bytes in tests too. The rest would only make a debug build slow.
    fn compresses(self, name: &str) -> bool {
        let extension = Path::new(name).extension().and_then(|extension| extension.to_str());
        match self {
            Self::Dev => extension == Some("css"),
            Self::Release => matches!(extension, Some("css" | "js" | "wasm" | "svg")),
        }
    }
}

pub fn run(ws: &Workspace, args: &Args) -> Result<()> {
    build(ws, if args.release { Mode::Release } else { Mode::Dev })
}

pub fn build(ws: &Workspace, mode: Mode) -> Result<()> {
    install::wasm_target(ws)?;
    step("building the browser part", || {
        let mut cargo = ws.cargo(["build", "--package", "frontend", "--target", WASM]);
        if mode == Mode::Release {
            cargo.args(["--profile", "wasm-release"]);
        }
        exec(&mut cargo)
    })?;

    let wasm = ws.target.join(WASM).join(mode.folder()).join("frontend.wasm");
    let (style, public) = (ws.root.join("style"), ws.root.join("public"));
    let inputs = Stamp::of([wasm.as_path(), style.as_path(), public.as_path()])?.text(mode.folder());
    let stamp = ws.root.join("target/site/stamp");
    let stored = fs::read_to_string(&stamp).unwrap_or_default();
    // The outputs are part of the stamp: a file deleted or edited by hand is made again.
    if stored == inputs.clone() + &Stamp::of([ws.pkg().as_path()])?.text("outputs") {
        say("the site is up to date");
        return Ok(());
    }

    let mut files = step("writing the browser's script and wasm", || bindgen(ws, &wasm, mode))?;
    files.insert("app.css".to_owned(), read(&style.join("main.css"))?);
    copy_public(&public, &mut files)?;
    let files = step("compressing the site", || compress(files, mode))?;
    sync(&ws.pkg(), &files)?;
    fs::write(stamp, inputs + &Stamp::of([ws.pkg().as_path()])?.text("outputs"))?;
    report(&files, mode);
    Ok(())
}

type Files = BTreeMap<String, Vec<u8>>;

fn bindgen(ws: &Workspace, wasm: &Path, mode: Mode) -> Result<Files> {
    let out = ws.root.join("target/site/bindgen");
    let _ = fs::remove_dir_all(&out);
    let release = mode == Mode::Release;
    Bindgen::new()
        .input_path(wasm)
        .web(true)?
        .out_name("app")
        .typescript(false)
        .debug(!release)
        .remove_name_section(release)
        .remove_producers_section(release)
        .generate_output()?
        .emit(&out)?;
    if out.join("snippets").exists() {
        bail!("a crate brings its own script files (target/site/bindgen/snippets); the site serves flat names only");
    }
    // Leptos asks for `app.wasm`, because LEPTOS_OUTPUT_NAME is set when it is compiled.
    Ok(Files::from([
        ("app.js".to_owned(), read(&out.join("app.js"))?),
        ("app.wasm".to_owned(), read(&out.join("app_bg.wasm"))?),
    ]))
}

fn copy_public(public: &Path, files: &mut Files) -> Result<()> {
    let Ok(entries) = fs::read_dir(public) else { return Ok(()) };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        if entry.file_type()?.is_dir() {
            bail!("public/{name} is a folder; the site serves flat names only");
        }
        if name.starts_with("app.") || name.ends_with(".br") {
            bail!("public/{name} has a name that the build makes itself; choose another");
        }
        files.insert(name, read(&entry.path())?);
    }
    Ok(())
}

/// Adds `name.br` to what gains from it. Quality matters: these bytes are sent on each first visit.
fn compress(mut files: Files, mode: Mode) -> Result<Files> {
    let params = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    let mut packed = Files::new();
    for (name, content) in files.iter().filter(|(name, _)| mode.compresses(name)) {
        let params = brotli::enc::BrotliEncoderParams { size_hint: content.len(), ..params.clone() };
        let mut small = Vec::with_capacity(content.len() / 3);
        brotli::BrotliCompress(&mut content.as_slice(), &mut small, &params)
            .with_context(|| format!("cannot compress {name}"))?;
        if small.len() < content.len() {
            packed.insert(format!("{name}.br"), small);
        }
    }
    files.append(&mut packed);
    Ok(files)
}

/// Makes the folder hold exactly these files. Equal files keep their time, so that nothing is
/// embedded again for nothing.
fn sync(dir: &Path, files: &Files) -> Result<()> {
    fs::create_dir_all(dir)?;
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if !files.contains_key(entry.file_name().to_string_lossy().as_ref()) {
            fs::remove_file(entry.path())
                .with_context(|| format!("cannot remove {}; delete it by hand", entry.path().display()))?;
        }
    }
    for (name, content) in files {
        let path = dir.join(name);
        if fs::read(&path).ok().as_ref() != Some(content) {
            fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    Ok(())
}

fn report(files: &Files, mode: Mode) {
    if mode == Mode::Dev {
        return;
    }
    for (name, content) in files.iter().filter(|(name, _)| !name.ends_with(".br")) {
        let packed =
            files.get(&format!("{name}.br")).map_or_else(String::new, |br| format!(", {} as brotli", br.len()));
        say(&format!("  {name}: {} bytes{packed}", content.len()));
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn folder(name: &str) -> PathBuf {
        let dir = Workspace::here().expect("workspace").target.join("tmp").join(format!("site-{name}"));
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir).expect("folder");
        dir
    }

    fn files(list: &[(&str, &str)]) -> Files {
        list.iter().map(|(name, content)| ((*name).to_owned(), content.as_bytes().to_vec())).collect()
    }

    #[test]
    fn release_files_unpack_to_what_they_were() {
        let css = ".a { color: red }\n".repeat(200);
        let packed = compress(files(&[("app.css", &css), ("mark.svg", &css), ("font.woff2", &css)]), Mode::Release)
            .expect("compresses");
        assert_eq!(
            packed.keys().collect::<Vec<_>>(),
            ["app.css", "app.css.br", "font.woff2", "mark.svg", "mark.svg.br"]
        );
        let mut unpacked = Vec::new();
        brotli::BrotliDecompress(&mut packed["app.css.br"].as_slice(), &mut unpacked).expect("unpacks");
        assert_eq!(unpacked, css.as_bytes());
    }

    #[test]
    fn a_debug_site_compresses_the_style_sheet_alone() {
        let text = "x".repeat(500);
        let packed = compress(files(&[("app.css", &text), ("app.js", &text)]), Mode::Dev).expect("compresses");
        assert_eq!(packed.keys().collect::<Vec<_>>(), ["app.css", "app.css.br", "app.js"]);
    }

    #[test]
    fn nothing_is_kept_that_brotli_makes_larger() {
        let packed = compress(files(&[("app.css", "a")]), Mode::Release).expect("compresses");
        assert_eq!(packed.keys().collect::<Vec<_>>(), ["app.css"]);
    }

    #[test]
    fn the_folder_ends_with_exactly_the_files_and_leaves_equal_ones_alone() {
        let dir = folder("sync");
        sync(&dir, &files(&[("keep", "1"), ("old.br", "2")])).expect("syncs");
        let before = fs::metadata(dir.join("keep")).and_then(|meta| meta.modified()).expect("time");
        std::thread::sleep(std::time::Duration::from_millis(20));
        sync(&dir, &files(&[("keep", "1"), ("new", "3")])).expect("syncs");
        let after = fs::metadata(dir.join("keep")).and_then(|meta| meta.modified()).expect("time");
        assert_eq!(before, after);
        assert!(!dir.join("old.br").exists());
        assert_eq!(fs::read(dir.join("new")).expect("new"), b"3");
    }

    #[test]
    fn public_is_flat_and_takes_no_name_of_ours() {
        for (name, made, reason) in [("folder", "a/b.svg", "is a folder"), ("name", "app.css", "choose another")] {
            let dir = folder(name);
            let path = dir.join(made);
            fs::create_dir_all(path.parent().expect("parent")).expect("folder");
            fs::write(path, "").expect("write");
            let error = copy_public(&dir, &mut Files::new()).expect_err("refuses");
            assert!(error.to_string().contains(reason), "{error}");
        }
        let dir = folder("fine");
        fs::write(dir.join("mark.svg"), "<svg/>").expect("write");
        fs::write(dir.join(".gitkeep"), "").expect("write");
        let mut copied = Files::new();
        copy_public(&dir, &mut copied).expect("copies");
        assert_eq!(copied, files(&[("mark.svg", "<svg/>")]));
    }
}
