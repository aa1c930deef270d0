mod reroute_url;
mod viewer_only_reroute_url;
