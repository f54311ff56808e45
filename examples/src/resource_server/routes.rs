//! The API: everybody's own notes, in memory.

use std::collections::HashMap;
use std::io;
use std::net::TcpListener;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::web::{self, Data, Json};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use serde::Deserialize;
use serde_json::json;

use super::Tokens;
use super::bearer::{Refusal, admit, admit_recent};

/// How long ago somebody who deletes all notes may have logged in.
const RECENT: Duration = Duration::from_mins(5);

/// How many notes somebody may have.
const NOTES_EACH: usize = 100;

/// The notes by the subject that they belong to.
#[derive(Debug, Default)]
struct Notes(Mutex<HashMap<String, Vec<String>>>);

#[derive(Debug, Deserialize)]
struct NewNote {
    text: String,
}

/// Serves the API on `listener`, until the server that is returned is stopped.
///
/// # Errors
/// The listener cannot be used.
pub fn server(listener: TcpListener, tokens: Tokens) -> io::Result<Server> {
    let tokens = Data::new(tokens);
    let notes = Data::new(Notes::default());
    let server = HttpServer::new(move || {
        App::new()
            .app_data(tokens.clone())
            .app_data(notes.clone())
            .route("/notes", web::get().to(list))
            .route("/notes", web::post().to(add))
            .route("/notes", web::delete().to(clear))
    });
    Ok(server.workers(1).listen(listener)?.run())
}

/// `GET /notes` needs the scope `notes:read`.
async fn list(
    request: HttpRequest,
    tokens: Data<Tokens>,
    notes: Data<Notes>,
) -> Result<HttpResponse, Refusal> {
    let caller = admit(&request, &tokens, "notes:read").await?;
    let notes = notes.all().get(&caller.subject).cloned();
    Ok(HttpResponse::Ok().json(json!({
        "subject": caller.subject,
        "client_id": caller.client_id,
        "notes": notes.unwrap_or_default(),
    })))
}

/// `POST /notes` needs the scope `notes:write`, and JSON with a `text`.
async fn add(
    request: HttpRequest,
    tokens: Data<Tokens>,
    notes: Data<Notes>,
    note: Result<Json<NewNote>, actix_web::Error>,
) -> Result<HttpResponse, Refusal> {
    // Who calls is asked first: what strangers send is of no interest.
    let caller = admit(&request, &tokens, "notes:write").await?;
    let Ok(Json(note)) = note else {
        let message = "send JSON such as {\"text\": \"Buy milk\"}";
        return Ok(HttpResponse::BadRequest().json(json!({"message": message})));
    };
    let mut all = notes.all();
    let own = all.entry(caller.subject).or_default();
    if own.len() >= NOTES_EACH {
        let message = format!("{NOTES_EACH} notes are the limit");
        return Ok(HttpResponse::Conflict().json(json!({"message": message})));
    }
    own.push(note.text);
    Ok(HttpResponse::Created().json(json!({"notes": own.len()})))
}

/// `DELETE /notes` needs the scope `notes:write`, and a user who has logged in of late: else the
/// application is told to have them log in again (RFC 9470).
async fn clear(
    request: HttpRequest,
    tokens: Data<Tokens>,
    notes: Data<Notes>,
) -> Result<HttpResponse, Refusal> {
    let caller = admit_recent(&request, &tokens, "notes:write", RECENT).await?;
    notes.all().remove(&caller.subject);
    Ok(HttpResponse::NoContent().finish())
}

impl Notes {
    fn all(&self) -> MutexGuard<'_, HashMap<String, Vec<String>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
