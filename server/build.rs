//! With the feature `embed` the site is part of the binary: a missing one is an error here, in one
//! sentence, and an added file is a reason to build again (rust-embed notices changed ones only).

use std::path::Path;

#[expect(clippy::disallowed_methods, reason = "build scripts are configured through the environment")]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_FEATURE_EMBED").is_none() {
        return;
    }
    let pkg = Path::new("../target/site/pkg");
    println!("cargo::rerun-if-changed={}", pkg.display());
    // In debug builds rust-embed reads the folder at run time, so it may come later.
    let release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    if release && !pkg.join("app.wasm.br").exists() {
        println!("cargo::error=the site to embed is not built; `cargo xtask release` does both");
    }
}
