//! Manifests: what an integration is.
