//! Not a test: a simulator to look at, without the product. `cargo test -p server --lib by_hand -- --ignored`, then
//! open <http://127.0.0.1:4010>.

use axum::response::{IntoResponse as _, Redirect, Response};

use super::*;

const SIMULATOR: &str = "http://127.0.0.1:4010";

/// Connects whatever comes: a Connect URL leads straight back, the rest is answered well.
async fn connects_everything(uri: Uri) -> Response {
    if uri.path().ends_with("/connect") {
        return Redirect::to(&format!("{SIMULATOR}/connect/external-integration/return")).into_response();
    }
    axum::Json(json!({ "accountName": "hl-prod-7" })).into_response()
}

#[tokio::test]
#[ignore = "serves until it is stopped"]
async fn by_hand() {
    let listener = TcpListener::bind("127.0.0.1:4011").await.unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(connects_everything)).await });
    let mut options = options("http://127.0.0.1:4011", &Clock::system());
    options.listen = "127.0.0.1:4010".parse().unwrap();
    Simulator::start(options).await.unwrap().ended().await.unwrap();
}
