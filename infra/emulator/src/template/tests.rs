use super::*;

const SMALL: &str = r#"
Resources:
  Items:
    Type: AWS::DynamoDB::Table
    Properties:
      KeySchema: [{AttributeName: PK, KeyType: HASH}]
      TimeToLiveSpecification: {AttributeName: ttl, Enabled: true}
  Worker:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ../target/lambda/worker}
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties: {IntegrationUri: !GetAtt Worker.Arn}
  Work:
    Type: AWS::ApiGatewayV2::Route
    Properties: {RouteKey: "POST /v1/work/{id}", Target: !Sub "integrations/${Integration}"}
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !Ref Worker
      EventSourceArn: !GetAtt Items.StreamArn
      StartingPosition: TRIM_HORIZON
      FilterCriteria: {Filters: [{Pattern: '{"eventName":["INSERT"]}'}]}
  Timer:
    Type: AWS::Events::Rule
    Properties: {ScheduleExpression: rate(7 minutes), Targets: [{Id: worker, Arn: !GetAtt Worker.Arn}]}
"#;

#[test]
fn a_route_refers_through_its_integration_to_a_binary() {
    let template = Template::parse(SMALL).unwrap();
    let route = Route {
        method: Method::POST,
        path: "/v1/work/{id}".to_owned(),
        function: "worker".to_owned(),
    };
    assert_eq!(template.routes, [route]);
    assert_eq!(template.table.name, "Items");
    assert_eq!(template.table.ttl.as_deref(), Some("ttl"));
    let [stream] = template.streams.as_slice() else {
        panic!("one stream");
    };
    assert_eq!(
        (stream.function.as_str(), stream.batch_size, stream.reports_failures),
        ("worker", 100, false)
    );
    let schedule = Schedule {
        function: "worker".to_owned(),
        interval: std::time::Duration::from_mins(7),
        input: None,
    };
    assert_eq!(template.schedules, [schedule]);
}

#[test]
fn dangling_references_and_unsupported_features_are_errors() {
    for (from, to, says) in [
        ("GetAtt Worker.Arn", "GetAtt Nobody.Arn", "Work refers to no function"),
        ("${Integration}", "${Worker}", "Work refers to no integration"),
        ("POST /v1/work/{id}", "$default", "Work has $default"),
        ("POST /v1/work/{id}", "ANY /v1/{all+}", "Work has ANY /v1/{all+}"),
        ("!Ref Worker", "!Ref Items", "Mapping refers to no function"),
        ("Items.StreamArn", "Worker.Arn", "Mapping refers to no stream"),
        ("TRIM_HORIZON", "LATEST", "Mapping has LATEST"),
        (r#"["INSERT"]"#, r#"[{"suffix":"I"}]"#, "Mapping"),
        ("rate(7 minutes)", "cron(0 3)", "Timer has the schedule"),
        (
            "worker, Arn: !GetAtt Worker.Arn",
            "worker, Arn: !GetAtt Items.Arn",
            "Timer refers to no function",
        ),
        ("DynamoDB::Table", "S3::Bucket", "no single table"),
    ] {
        let error = Template::parse(&SMALL.replace(from, to)).unwrap_err();
        assert!(error.to_string().contains(says), "{to}: {error}");
    }
}

#[test]
fn the_emulator_supports_the_deployed_template() {
    let template = Template::parse(TEMPLATE).unwrap();
    let invite = Route {
        method: Method::POST,
        path: "/v1/autoScribe/users".to_owned(),
        function: "invite".to_owned(),
    };
    assert!(template.routes.contains(&invite));
    assert_eq!(template.table.ttl.as_deref(), Some("ttl"));
    let streams = template.streams.iter();
    let consumers: Vec<_> =
        streams.map(|stream| (stream.function.as_str(), stream.reports_failures)).collect();
    assert_eq!(consumers, [("events", true), ("mailer", true)]);
    let schedules = template.schedules.iter();
    let called: Vec<_> = schedules.map(|schedule| &schedule.function).collect();
    assert_eq!(called, ["events", "mailer", "npi-verifier", "events", "webhooks"]);
    let inputs: Vec<_> = template.schedules.iter().filter_map(|one| one.input.clone()).collect();
    assert_eq!(inputs, [serde_json::json!({ "sealAudit": true })]);
    let [webhooks] = template.queues.as_slice() else {
        panic!("one queue");
    };
    assert_eq!((webhooks.queue.as_str(), webhooks.function.as_str()), ("WebhookQueue", "webhooks"));
    assert_eq!((webhooks.batch_size, webhooks.concurrency), (10, 100));
    let [reports] = template.event_rules.as_slice() else {
        panic!("one rule for events");
    };
    assert_eq!(reports.function, "mail-events");
    let event = |set: &str| {
        let mail = serde_json::json!({ "tags": { "ses:configuration-set": [set] } });
        serde_json::json!({ "source": "aws.ses", "detail-type": "Email Sent", "detail": { "mail": mail } })
    };
    assert!(reports.filters.matches(&event("MailConfiguration")));
    assert!(!reports.filters.matches(&event("another")));
}
