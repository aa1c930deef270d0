mod auto_scribe;
mod invitation;
