"""Every configuration property of librdkafka 2.16: name, scope, type, range, default.

One a line: NAME SCOPE TYPE ARGUMENTS. SCOPE is g (global) or t (topic), then p (producers only),
c (consumers only), d (deprecated), x (experimental), h (hidden). TYPE is one of
  str DEFAULT · int MIN MAX DEFAULT [NAME:VALUE] · float MIN MAX DEFAULT · bool DEFAULT
  enum DEFAULT CHOICES · flags CHOICES · patterns · = ALIASED · ptr, internal, invalid (not settable)
Facts only; config.py holds the rules.
"""

TABLE = """\
builtin.features g flags gzip,snappy,ssl,sasl,regex,lz4,sasl_gssapi,sasl_plain,sasl_scram,\
plugins,zstd,sasl_oauthbearer,http,oidc
client.id g str rdkafka
client.software.name gh str librdkafka
client.software.version gh str
metadata.broker.list g str
bootstrap.servers g = metadata.broker.list
message.max.bytes g int 1000 1000000000 1000000
message.copy.max.bytes g int 0 1000000000 65535
receive.message.max.bytes g int 1000 2147483647 100000000
max.in.flight.requests.per.connection g int 1 1000000 1000000
max.in.flight g = max.in.flight.requests.per.connection
metadata.recovery.strategy g enum rebootstrap none,rebootstrap
metadata.recovery.rebootstrap.trigger.ms g int 0 2147483647 300000
metadata.request.timeout.ms gdh int 10 900000 10
topic.metadata.refresh.interval.ms g int -1 3600000 300000
metadata.max.age.ms g int 1 86400000 900000
topic.metadata.refresh.fast.interval.ms g int 1 60000 100
topic.metadata.refresh.fast.cnt gd int 0 1000 10
topic.metadata.refresh.sparse g bool 1
topic.metadata.propagation.max.ms g int 0 3600000 30000
topic.blacklist g patterns
debug g flags generic,broker,topic,metadata,feature,queue,msg,protocol,cgrp,security,fetch,\
interceptor,plugin,consumer,admin,eos,mock,assignor,conf,telemetry,all
socket.timeout.ms g int 10 300000 60000
socket.blocking.max.ms gd int 1 60000 1000
socket.send.buffer.bytes g int 0 100000000 0
socket.receive.buffer.bytes g int 0 100000000 0
socket.keepalive.enable g bool 0
socket.nagle.disable g bool 1
socket.max.fails g int 0 1000000 1
broker.address.ttl g int 0 86400000 1000
broker.address.family g enum any any,v4,v6
socket.connection.setup.timeout.ms g int 1000 2147483647 30000
connections.max.idle.ms g int 0 2147483647 0
enable.sparse.connections gh bool 1
reconnect.backoff.jitter.ms gd int 0 3600000 0
reconnect.backoff.ms g int 0 3600000 100
reconnect.backoff.max.ms g int 0 3600000 10000
statistics.interval.ms g int 0 86400000 0
enabled_events g int 0 2147483647 0
error_cb g ptr
throttle_cb g ptr
stats_cb g ptr
log_cb g ptr
log_level g int 0 7 6
log.queue g bool 0
log.thread.name g bool 1
enable.random.seed g bool 1
log.connection.close g bool 1
background_event_cb g ptr
socket_cb g ptr
connect_cb g ptr
closesocket_cb g ptr
open_cb g ptr
resolve_cb g ptr
opaque g ptr
default_topic_conf g ptr
internal.termination.signal g int 0 128 0
api.version.request gd bool 1
api.version.request.timeout.ms g int 1 300000 10000
api.version.fallback.ms gd int 0 604800000 0
broker.version.fallback gd str 0.10.0
allow.auto.create.topics g bool 0
security.protocol g enum plaintext plaintext,ssl,sasl_plaintext,sasl_ssl
ssl.cipher.suites g str
ssl.curves.list g str
ssl.sigalgs.list g str
ssl.key.location g str
ssl.key.password g str
ssl.key.pem g str
ssl_key g internal
ssl.certificate.location g str
ssl.certificate.pem g str
ssl_certificate g internal
ssl.ca.location g str
https.ca.location g str
https.ca.pem g str
ssl.ca.pem g str
ssl_ca g internal
ssl.ca.certificate.stores g str Root
ssl.crl.location g str
ssl.keystore.location g str
ssl.keystore.password g str
ssl.providers g str
ssl.engine.location gd str
ssl.engine.id g str dynamic
ssl_engine_callback_data g ptr
enable.ssl.certificate.verification g bool 1
ssl.endpoint.identification.algorithm g enum https none,https
ssl.certificate.verify_cb g ptr
ssl.truststore.location g invalid
sasl.jaas.config g invalid
sasl.mechanisms g str GSSAPI
sasl.mechanism g = sasl.mechanisms
sasl.kerberos.service.name g str kafka
sasl.kerberos.principal g str kafkaclient
sasl.kerberos.kinit.cmd g str kinit
sasl.kerberos.keytab g str
sasl.kerberos.min.time.before.relogin g int 0 86400000 60000
sasl.username g str
sasl.password g str
sasl.oauthbearer.config g str
enable.sasl.oauthbearer.unsecure.jwt g bool 0
oauthbearer_token_refresh_cb g ptr
enable_sasl_queue gh bool 0
sasl.oauthbearer.method g enum default default,oidc
sasl.oauthbearer.client.id g str
sasl.oauthbearer.client.credentials.client.id g = sasl.oauthbearer.client.id
sasl.oauthbearer.client.credentials.client.secret g = sasl.oauthbearer.client.secret
sasl.oauthbearer.client.secret g str
sasl.oauthbearer.scope g str
sasl.oauthbearer.extensions g str
sasl.oauthbearer.token.endpoint.url g str
sasl.oauthbearer.sub.claim.name g str sub
sasl.oauthbearer.grant.type g enum client_credentials client_credentials,\
urn:ietf:params:oauth:grant-type:jwt-bearer
sasl.oauthbearer.assertion.algorithm g enum RS256 RS256,ES256
sasl.oauthbearer.assertion.private.key.file g str
sasl.oauthbearer.assertion.private.key.passphrase g str
sasl.oauthbearer.assertion.private.key.pem g str
sasl.oauthbearer.assertion.file g str
sasl.oauthbearer.assertion.claim.aud g str
sasl.oauthbearer.assertion.claim.exp.seconds g int 1 2147483647 300
sasl.oauthbearer.assertion.claim.iss g str
sasl.oauthbearer.assertion.claim.jti.include g bool 0
sasl.oauthbearer.assertion.claim.nbf.seconds g int 0 2147483647 60
sasl.oauthbearer.assertion.claim.sub g str
sasl.oauthbearer.assertion.jwt.template.file g str
sasl.oauthbearer.metadata.authentication.type g enum none none,azure_imds,aws_iam
plugin.library.paths g str
interceptors g internal
test.mock.num.brokers gh int 0 10000 0
test.mock.broker.rtt gh int 0 3600000 0
ut_handle_ProduceResponse gh ptr
group.id gc str
group.instance.id gc str
partition.assignment.strategy gc str range,roundrobin
session.timeout.ms gc int 1 3600000 45000
heartbeat.interval.ms gc int 1 3600000 3000
group.protocol.type gc str consumer
group.protocol gc enum classic classic,consumer
group.remote.assignor gc str
coordinator.query.interval.ms gc int 1 3600000 600000
max.poll.interval.ms gc int 1 86400000 300000
enable.auto.commit gc bool 1
auto.commit.interval.ms gc int 0 86400000 5000
enable.auto.offset.store gc bool 1
queued.min.messages gc int 1 10000000 100000
queued.max.messages.kbytes gc int 1 2097151 65536
fetch.wait.max.ms gc int 0 300000 500
fetch.queue.backoff.ms gc int 0 300000 1000
fetch.message.max.bytes gc int 1 1000000000 1048576
max.partition.fetch.bytes gc = fetch.message.max.bytes
fetch.max.bytes gc int 0 2147483135 52428800
fetch.min.bytes gc int 0 2147483647 1
fetch.error.backoff.ms gc int 0 300000 500
offset.store.method gcd enum broker none,file,broker
isolation.level gc enum read_committed read_uncommitted,read_committed
consume_cb gc ptr
rebalance_cb gc ptr
offset_commit_cb gc ptr
enable.partition.eof gc bool 0
check.crcs gc bool 0
client.rack g str
max.poll.records gc int 1 2147483647 500
share.acknowledgement.mode gc str implicit
transactional.id gp str
transaction.timeout.ms gp int 1000 2147483647 60000
enable.idempotence gp bool 0
enable.gapless.guarantee gpx bool 0
queue.buffering.max.messages gp int 0 2147483647 100000
queue.buffering.max.kbytes gp int 1 2147483647 1048576
queue.buffering.max.ms gp float 0 900000 5
linger.ms gp = queue.buffering.max.ms
message.send.max.retries gp int 0 2147483647 2147483647
retries gp = message.send.max.retries
retry.backoff.ms g int 1 300000 100
retry.backoff.max.ms g int 1 300000 1000
queue.buffering.backpressure.threshold gp int 1 1000000 1
compression.codec gp enum none none,gzip,snappy,lz4,zstd
compression.type gp = compression.codec
batch.num.messages gp int 1 1000000 10000
batch.size gp int 1 2147483647 1000000
delivery.report.only.error gp bool 0
dr_cb gp ptr
dr_msg_cb gp ptr
sticky.partitioning.linger.ms gp int 0 900000 10
client.dns.lookup g enum use_all_dns_ips use_all_dns_ips,resolve_canonical_bootstrap_servers_only
enable.metrics.push g bool 1
request.required.acks tp int -1 1000 -1 all:-1
acks tp = request.required.acks
request.timeout.ms tp int 1 900000 30000
message.timeout.ms tp int 0 2147483647 300000
delivery.timeout.ms tp = message.timeout.ms
queuing.strategy tpdx enum ? fifo,lifo
produce.offset.report tpd bool 0
partitioner tp str consistent_random
partitioner_cb tp ptr
msg_order_cmp tpdx ptr
opaque t ptr
compression.codec tp enum inherit none,gzip,snappy,lz4,zstd,inherit
compression.type tp = compression.codec
compression.level tp int -1 12 -1
auto.commit.enable tcd bool 1
enable.auto.commit tc = auto.commit.enable
auto.commit.interval.ms tc int 10 86400000 60000
auto.offset.reset tc enum largest smallest,earliest,beginning,largest,latest,end,error
offset.store.path tcd str .
offset.store.sync.interval.ms tcd int -1 86400000 -1
offset.store.method tcd enum broker file,broker
consume.callback.max.messages tc int 0 1000000 0
"""

# What a property that cannot be set answers.
INVALID = {
    "ssl.truststore.location": (
        "Java TrustStores are not supported, use `ssl.ca.location` and a certificate file instead. "
        "See https://github.com/confluentinc/librdkafka/wiki/Using-SSL-with-librdkafka "
        "for more information."
    ),
    "sasl.jaas.config": (
        "Java JAAS configuration is not supported, see "
        "https://github.com/confluentinc/librdkafka/wiki/Using-SASL-with-librdkafka "
        "for more information."
    ),
}

# The notice that comes with a deprecated property.
DEPRECATED = {
    "metadata.request.timeout.ms": "Not used.",
    "topic.metadata.refresh.fast.cnt": "No longer used.",
    "socket.blocking.max.ms": "No longer used.",
    "reconnect.backoff.jitter.ms": "No longer used. See `reconnect.backoff.ms` and `reconnect.backoff.max.ms`.",
    "produce.offset.report": "No longer used.",
}
