use axum::body::{Body, to_bytes};
use axum::extract::Path;
use axum::routing::{get, post};
use runtime::OsEntropy;

use super::*;

fn route(key: &str, function: &str) -> Route {
    let (method, path) = key.split_once(' ').unwrap();
    Route { method: method.parse().unwrap(), path: path.to_owned(), function: function.to_owned() }
}

fn functions() -> Functions {
    let read = Router::new()
        .route("/v1/users", get(async || "all"))
        .route("/v1/users/{id}", get(async |Path(id): Path<String>| format!("user {id}")))
        .route("/v1/hidden", get(async || "never declared"));
    let write = Router::new()
        .route("/v1/users", post(async || "created"))
        .route("/v1/users/batch", post(async |id: RequestId| id.0));
    Functions::from([("read".to_owned(), read), ("write".to_owned(), write)])
}

fn gateway(routes: &[Route]) -> Result<Gateway, RouteError> {
    Gateway::new(routes, &functions(), Arc::new(OsEntropy), WriteSignal::default())
}

async fn call(gateway: &Gateway, method: &str, path: &str) -> (u16, String) {
    let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    let response = gateway.handle(request).await;
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn only_the_routes_of_the_template_reach_a_function() {
    let gateway = gateway(&[
        route("GET /v1/users", "read"),
        route("POST /v1/users", "write"),
        route("GET /v1/users/{userId}", "read"),
        route("POST /v1/users/batch", "write"),
    ])
    .unwrap();
    let ok = |text: &str| (200, text.to_owned());
    assert_eq!(call(&gateway, "GET", "/v1/users").await, ok("all"));
    assert_eq!(call(&gateway, "POST", "/v1/users").await, ok("created"));
    assert_eq!(call(&gateway, "GET", "/v1/users/7").await, ok("user 7"));
    // `batch` has its own route for POST only.
    assert_eq!(call(&gateway, "GET", "/v1/users/batch").await, ok("user batch"));
    let missing = (404, r#"{"message":"Not Found"}"#.to_owned());
    for (method, path) in [
        ("GET", "/v1/hidden"),
        ("DELETE", "/v1/users"),
        ("HEAD", "/v1/users"),
        ("POST", "/v1/users/7"),
        ("GET", "/"),
    ] {
        assert_eq!(call(&gateway, method, path).await, missing, "{method} {path}");
    }
}

#[tokio::test]
async fn every_request_has_an_id_of_its_own() {
    let gateway = gateway(&[route("POST /v1/users/batch", "write")]).unwrap();
    let (_, first) = call(&gateway, "POST", "/v1/users/batch").await;
    let (_, second) = call(&gateway, "POST", "/v1/users/batch").await;
    assert_eq!(first.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
    assert_ne!(first, second);
}

#[test]
fn a_route_without_a_function_or_a_duplicate_stops_the_start() {
    let error = |routes: &[Route]| gateway(routes).err().unwrap().to_string();
    assert!(error(&[route("GET /v1/x", "nobody")]).contains("nobody, which does not exist"));
    let duplicate = error(&[route("GET /v1/{a}", "read"), route("GET /v1/{b}", "read")]);
    assert!(duplicate.contains("duplicate"), "{duplicate}");
}
