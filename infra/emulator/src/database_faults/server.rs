//! The server in front of the database. It uses hyper directly: axum always answers, and some
//! faults are a missing answer.

use axum::body::Bytes;
use axum::http::{HeaderMap, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::{DatabaseFault, DatabaseFaults, Fate, capacity};
use crate::upstream::Upstream;

/// Closes the connection without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection closes without an answer")]
struct CloseConnection;

/// Serves until the task is dropped. Its connections end with it.
pub(crate) async fn serve(listener: TcpListener, database: Upstream, faults: DatabaseFaults) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let _ = stream.set_nodelay(true);
        let (database, faults) = (database.clone(), faults.clone());
        connections.spawn(async move {
            let service = service_fn(|request| handle(&database, &faults, request));
            // An error here is a fault, or a caller that disconnected.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn handle(
    database: &Upstream,
    faults: &DatabaseFaults,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, CloseConnection> {
    let (mut parts, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| CloseConnection)?.to_bytes();
    let operation = operation(&parts.headers);
    let (delay, fault) = faults.take_next(&operation);
    tokio::time::sleep(delay).await;
    match fault {
        Some(DatabaseFault::Closed) => return Err(CloseConnection),
        Some(DatabaseFault::Stalled) => std::future::pending().await,
        Some(DatabaseFault::Throttled) => return Ok(throttling_error()),
        Some(DatabaseFault::Internal) => return Ok(internal_error()),
        Some(DatabaseFault::TransactionConflict) => return Ok(conflict_error(&operation, &body)),
        Some(DatabaseFault::AnswerLost) | None => {}
    }
    let fate = faults.decide_answer(&operation, &body);
    parts.headers.remove(header::CONTENT_LENGTH);
    let body = capacity::with_capacity_request(&operation, &body);
    let mut answer =
        database.send(Request::from_parts(parts, body)).await.map_err(|_| CloseConnection)?;
    if let Some(part) = faults.hide_items(&operation, answer.body()) {
        // They describe the whole answer.
        answer.headers_mut().remove(header::CONTENT_LENGTH);
        answer.headers_mut().remove("x-amz-crc32");
        *answer.body_mut() = part;
    }
    faults.count(&operation, capacity::consumed_units(answer.body()));
    match (fault, fate) {
        (Some(_), _) | (None, Fate::Lost) => return Err(CloseConnection),
        (None, Fate::Late(delay)) => tokio::time::sleep(delay).await,
        (None, Fate::Answered) => {}
    }
    Ok(answer.map(Full::new))
}

/// `TransactWriteItems` of `DynamoDB_20120810.TransactWriteItems`.
fn operation(headers: &HeaderMap) -> String {
    let target = headers.get("x-amz-target").and_then(|value| value.to_str().ok());
    let name = target.and_then(|target| target.rsplit('.').next());
    name.unwrap_or_default().to_owned()
}

fn throttling_error() -> Response<Full<Bytes>> {
    let exception = "com.amazon.coral.availability#ThrottlingException";
    error_response(
        StatusCode::BAD_REQUEST,
        &json!({ "__type": exception, "message": "Rate exceeded" }),
    )
}

fn internal_error() -> Response<Full<Bytes>> {
    let exception = "com.amazonaws.dynamodb.v20120810#InternalServerError";
    error_response(
        StatusCode::INTERNAL_SERVER_ERROR,
        &json!({ "__type": exception, "message": "Internal server error" }),
    )
}

/// The error of a transaction names the item in conflict, here the first. The error of a single
/// write names none.
fn conflict_error(operation: &str, body: &Bytes) -> Response<Full<Bytes>> {
    let request: Value = serde_json::from_slice(body).unwrap_or_default();
    let items = request["TransactItems"].as_array().map_or(1, Vec::len);
    let code = |index| {
        if index == 0 { "TransactionConflict" } else { "None" }
    };
    let error = if operation.starts_with("Transact") {
        let codes: Vec<&str> = (0..items).map(code).collect();
        json!({
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "Message": format!(
                "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
                codes.join(", ")
            ),
            "CancellationReasons": codes.iter().map(|code| json!({ "Code": code })).collect::<Vec<_>>(),
        })
    } else {
        json!({
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionConflictException",
            "message": "Transaction is ongoing for the item",
        })
    };
    error_response(StatusCode::BAD_REQUEST, &error)
}

fn error_response(status: StatusCode, error: &Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(error.to_string().into()));
    *response.status_mut() = status;
    let json = header::HeaderValue::from_static("application/x-amz-json-1.0");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}
