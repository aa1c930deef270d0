//! The server in front of the database. On hyper itself: axum always answers, and a fault may be
//! that no answer comes.

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

use super::{Fault, Faults, capacity};
use crate::forward::Forward;

/// The connection is to be closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("closed")]
struct Closed;

/// Serves until the task is dropped, and its connections with it.
pub(crate) async fn serve(listener: TcpListener, database: Forward, faults: Faults) {
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
            // The error is the fault itself, or a caller that went away.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn handle(
    database: &Forward,
    faults: &Faults,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Closed> {
    let (mut parts, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Closed)?.to_bytes();
    let operation = operation(&parts.headers);
    let (delay, fault) = faults.meets(&operation);
    tokio::time::sleep(delay).await;
    match fault {
        Some(Fault::Closed) => return Err(Closed),
        Some(Fault::Throttled) => return Ok(throttled()),
        Some(Fault::Internal) => return Ok(internal()),
        Some(Fault::TransactionConflict) => return Ok(conflict(&operation, &body)),
        Some(Fault::AnswerLost) | None => {}
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    let onward = Request::from_parts(parts, capacity::asked(&operation, &body));
    let answer = database.send(onward).await.map_err(|_| Closed)?;
    faults.count(&operation, capacity::told(answer.body()));
    match fault {
        Some(_) => Err(Closed),
        None => Ok(answer.map(Full::new)),
    }
}

/// `TransactWriteItems` of `DynamoDB_20120810.TransactWriteItems`.
fn operation(headers: &HeaderMap) -> String {
    let target = headers.get("x-amz-target").and_then(|value| value.to_str().ok());
    let name = target.and_then(|target| target.rsplit('.').next());
    name.unwrap_or_default().to_owned()
}

fn throttled() -> Response<Full<Bytes>> {
    let exception = "com.amazon.coral.availability#ThrottlingException";
    refused(StatusCode::BAD_REQUEST, &json!({ "__type": exception, "message": "Rate exceeded" }))
}

fn internal() -> Response<Full<Bytes>> {
    let exception = "com.amazonaws.dynamodb.v20120810#InternalServerError";
    refused(
        StatusCode::INTERNAL_SERVER_ERROR,
        &json!({ "__type": exception, "message": "Internal server error" }),
    )
}

/// A transaction is told which item another one holds, the first here; a single write is just told.
fn conflict(operation: &str, body: &Bytes) -> Response<Full<Bytes>> {
    let request: Value = serde_json::from_slice(body).unwrap_or_default();
    let items = request["TransactItems"].as_array().map_or(1, Vec::len);
    let code = |index| {
        if index == 0 { "TransactionConflict" } else { "None" }
    };
    let problem = if operation.starts_with("Transact") {
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
    refused(StatusCode::BAD_REQUEST, &problem)
}

fn refused(status: StatusCode, problem: &Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(problem.to_string().into()));
    *response.status_mut() = status;
    let json = header::HeaderValue::from_static("application/x-amz-json-1.0");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}
