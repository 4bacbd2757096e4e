// franz-go against a cluster: franz-go BOOTSTRAP prints a line per case.
package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

var seeds []string

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func assert(truth bool, format string, args ...any) {
	if !truth {
		panic(fmt.Errorf(format, args...))
	}
}

func name(prefix string) string {
	raw := make([]byte, 4)
	_, err := rand.Read(raw)
	check(err)
	return fmt.Sprintf("%s-%x", prefix, raw)
}

func client(opts ...kgo.Opt) *kgo.Client {
	cl, err := kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(seeds...)}, opts...)...)
	check(err)
	return cl
}

func soon() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 40*time.Second)
	context.AfterFunc(ctx, cancel)
	return ctx
}

func newTopic(partitions int32) string {
	cl := client()
	defer cl.Close()
	topic := name("t")
	made, err := kadm.NewClient(cl).CreateTopic(soon(), partitions, 1, nil, topic)
	check(err)
	check(made.Err)
	return topic
}

func values(count int) []*kgo.Record {
	records := make([]*kgo.Record, count)
	for i := range records {
		records[i] = kgo.StringRecord(fmt.Sprintf("record %d %s", i, strings.Repeat("again ", 20)))
	}
	return records
}

func produce(topic string, records []*kgo.Record, opts ...kgo.Opt) {
	cl := client(append(opts, kgo.DefaultProduceTopic(topic))...)
	defer cl.Close()
	check(cl.ProduceSync(soon(), records...).FirstErr())
}

func read(cl *kgo.Client, count int) []*kgo.Record {
	var records []*kgo.Record
	ctx := soon()
	for len(records) < count {
		fetches := cl.PollRecords(ctx, count-len(records))
		check(ctx.Err())
		for _, failed := range fetches.Errors() {
			check(failed.Err)
		}
		records = append(records, fetches.Records()...)
	}
	return records
}

func readAll(topic string, count int) []*kgo.Record {
	cl := client(kgo.ConsumeTopics(topic))
	defer cl.Close()
	return read(cl, count)
}

func same(read, sent []*kgo.Record) {
	assert(len(read) == len(sent), "%d of %d records", len(read), len(sent))
	for i := range sent {
		assert(bytes.Equal(read[i].Value, sent[i].Value), "record %d differs", i)
	}
}

// member polls on its own goroutine until it leaves.
type member struct {
	cl    *kgo.Client
	mu    sync.Mutex
	owned map[int32]bool
	stop  context.CancelFunc
	done  sync.WaitGroup
}

func join(topic, group string) *member {
	m := &member{owned: map[int32]bool{}}
	change := func(own bool) func(context.Context, *kgo.Client, map[string][]int32) {
		return func(_ context.Context, _ *kgo.Client, parts map[string][]int32) {
			m.mu.Lock()
			defer m.mu.Unlock()
			for _, part := range parts[topic] {
				if own {
					m.owned[part] = true
				} else {
					delete(m.owned, part)
				}
			}
		}
	}
	m.cl = client(kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic), kgo.SessionTimeout(6*time.Second),
		kgo.HeartbeatInterval(500*time.Millisecond), kgo.OnPartitionsAssigned(change(true)),
		kgo.OnPartitionsRevoked(change(false)), kgo.OnPartitionsLost(change(false)))
	ctx, stop := context.WithCancel(context.Background())
	m.stop = stop
	m.done.Go(func() {
		for ctx.Err() == nil {
			m.cl.PollFetches(ctx)
		}
	})
	return m
}

func (m *member) leave() {
	m.stop()
	m.done.Wait()
	m.cl.Close()
}

func (m *member) parts() []int32 {
	m.mu.Lock()
	defer m.mu.Unlock()
	var parts []int32
	for part := range m.owned {
		parts = append(parts, part)
	}
	return parts
}

func shared(partitions int, members ...*member) {
	end := time.Now().Add(40 * time.Second)
	for time.Now().Before(end) {
		all := map[int32]bool{}
		even := true
		for _, m := range members {
			parts := m.parts()
			even = even && len(parts) == partitions/len(members)
			for _, part := range parts {
				all[part] = true
			}
		}
		if even && len(all) == partitions {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	panic("the partitions were never shared evenly")
}

type testCase struct {
	name string
	run  func()
}

func cases() []testCase {
	all := []testCase{
		{"create, list, describe topics", func() {
			cl := client()
			defer cl.Close()
			admin := kadm.NewClient(cl)
			topic := name("t")
			_, err := admin.CreateTopic(soon(), 3, 2, nil, topic)
			check(err)
			listed, err := admin.ListTopics(soon(), topic)
			check(err)
			assert(len(listed[topic].Partitions) == 3, "%v", listed[topic])
			assert(listed[topic].Partitions.NumReplicas() == 2, "%v", listed[topic])
			_, err = admin.CreateTopic(soon(), 1, 1, nil, topic)
			assert(errors.Is(err, kerr.TopicAlreadyExists), "%v", err)
		}},
		{"keys, nulls and headers", func() {
			topic := newTopic(1)
			headers := []kgo.RecordHeader{{Key: "a", Value: []byte("1")}, {Key: "a", Value: nil}}
			produce(topic, []*kgo.Record{
				{Key: []byte("k"), Value: []byte("v"), Headers: headers},
				{Key: []byte("gone")}, {Value: []byte{}},
			})
			got := readAll(topic, 3)
			assert(len(got[0].Headers) == 2 && got[0].Headers[1].Value == nil, "%v", got[0].Headers)
			assert(got[1].Value == nil && string(got[1].Key) == "gone", "%v", got[1])
			assert(got[2].Key == nil && got[2].Value != nil, "%v", got[2])
		}},
		{"idempotent producer", func() {
			topic := newTopic(1)
			sent := values(1000)
			produce(topic, sent)
			same(readAll(topic, 1000), sent)
		}},
		{"values of 1 MB", func() {
			topic := newTopic(1)
			value := make([]byte, 999_000)
			_, err := rand.Read(value)
			check(err)
			sent := []*kgo.Record{{Value: value}}
			produce(topic, sent)
			same(readAll(topic, 1), sent)
		}},
		{"consume from an offset, the end, a time", func() {
			topic := newTopic(1)
			sent := values(10)
			for i, record := range sent {
				record.Timestamp = time.UnixMilli(int64(1_000_000 + i*1000))
			}
			produce(topic, sent)
			at := func(offset kgo.Offset) *kgo.Client {
				return client(kgo.ConsumePartitions(
					map[string]map[int32]kgo.Offset{topic: {0: offset}}))
			}
			for offset, first := range map[kgo.Offset]int{
				kgo.NewOffset().At(7):                 7,
				kgo.NewOffset().AtEnd().Relative(-2):  8,
				kgo.NewOffset().AfterMilli(1_004_500): 5,
			} {
				cl := at(offset)
				same(read(cl, 10-first), sent[first:])
				cl.Close()
			}
		}},
		{"group of two and three members, one leaves", func() {
			topic, group := newTopic(6), name("g")
			one, two := join(topic, group), join(topic, group)
			shared(6, one, two)
			three := join(topic, group)
			shared(6, one, two, three)
			three.leave()
			shared(6, one, two)
			one.leave()
			two.leave()
		}},
		{"group goes on when a member dies", func() {
			topic, group := newTopic(4), name("g")
			other := exec.Command(os.Args[0], os.Args[1], "--member", topic, group)
			out, err := other.StdoutPipe()
			check(err)
			check(other.Start())
			_, err = out.Read(make([]byte, 1))
			check(err)
			mine := join(topic, group)
			end := time.Now().Add(40 * time.Second)
			for len(mine.parts()) != 2 && time.Now().Before(end) {
				time.Sleep(50 * time.Millisecond)
			}
			check(other.Process.Kill())
			shared(4, mine)
			mine.leave()
		}},
		{"commit and resume", func() {
			topic, group := newTopic(1), name("g")
			sent := values(10)
			produce(topic, sent)
			opts := []kgo.Opt{kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic), kgo.DisableAutoCommit()}
			first := client(opts...)
			check(first.CommitRecords(soon(), read(first, 4)...))
			first.Close()
			second := client(opts...)
			defer second.Close()
			same(read(second, 6), sent[4:])
		}},
		{"pause and resume", func() {
			topic := newTopic(1)
			cl := client(kgo.ConsumeTopics(topic))
			defer cl.Close()
			cl.PauseFetchTopics(topic)
			produce(topic, values(1))
			ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
			defer cancel()
			assert(cl.PollFetches(ctx).NumRecords() == 0, "a paused topic gave a record")
			cl.ResumeFetchTopics(topic)
			read(cl, 1)
		}},
		{"subscribe by pattern", func() {
			cl := client()
			defer cl.Close()
			prefix := name("pat")
			_, err := kadm.NewClient(cl).CreateTopics(soon(), 1, 1, nil, prefix+"-a", prefix+"-b")
			check(err)
			produce(prefix+"-a", values(1))
			produce(prefix+"-b", values(1))
			reader := client(kgo.ConsumeRegex(), kgo.ConsumeTopics("^"+prefix+"-.*"))
			defer reader.Close()
			read(reader, 2)
		}},
		{"admin of topics, configs, records", adminOfTopics},
		{"admin of groups", adminOfGroups},
	}
	for label, acks := range map[string]kgo.Acks{
		"0": kgo.NoAck(), "1": kgo.LeaderAck(), "all": kgo.AllISRAcks()} {
		all = append(all, testCase{"acks " + label, func() {
			topic := newTopic(1)
			sent := values(10)
			opts := []kgo.Opt{kgo.RequiredAcks(acks)}
			if label != "all" {
				opts = append(opts, kgo.DisableIdempotentWrite())
			}
			produce(topic, sent, opts...)
			same(readAll(topic, 10), sent)
		}})
	}
	for label, codec := range map[string]kgo.CompressionCodec{
		"none": kgo.NoCompression(), "gzip": kgo.GzipCompression(), "snappy": kgo.SnappyCompression(),
		"lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression()} {
		all = append(all, testCase{"compression " + label, func() {
			topic := newTopic(1)
			sent := values(50)
			produce(topic, sent, kgo.ProducerBatchCompression(codec))
			same(readAll(topic, 50), sent)
		}})
	}
	return all
}

func adminOfTopics() {
	topic := newTopic(1)
	produce(topic, values(5))
	cl := client()
	defer cl.Close()
	admin := kadm.NewClient(cl)
	grown, err := admin.UpdatePartitions(soon(), 3, topic)
	check(err)
	check(grown.Error())
	value := "1234"
	changed, err := admin.AlterTopicConfigs(soon(), []kadm.AlterConfig{{Name: "retention.ms", Value: &value}}, topic)
	check(err)
	check(changed[0].Err)
	described, err := admin.DescribeTopicConfigs(soon(), topic)
	check(err)
	for _, config := range described[0].Configs {
		assert(config.Key != "retention.ms" || *config.Value == value, "%v", config)
	}
	var offsets kadm.Offsets
	offsets.AddOffset(topic, 0, 2, -1)
	deleted, err := admin.DeleteRecords(soon(), offsets)
	check(err)
	check(deleted.Error())
	start, err := admin.ListStartOffsets(soon(), topic)
	check(err)
	first, _ := start.Lookup(topic, 0)
	assert(first.Offset == 2, "%v", first)
	brokers, err := admin.ListBrokers(soon())
	check(err)
	assert(len(brokers) == 3, "%v", brokers)
	gone, err := admin.DeleteTopics(soon(), topic)
	check(err)
	check(gone.Error())
}

func adminOfGroups() {
	topic, group := newTopic(1), name("g")
	produce(topic, values(1))
	one := join(topic, group)
	shared(1, one)
	cl := client()
	defer cl.Close()
	admin := kadm.NewClient(cl)
	listed, err := admin.ListGroups(soon())
	check(err)
	assert(listed[group].State == "Stable", "%v", listed[group])
	described, err := admin.DescribeGroups(soon(), group)
	check(err)
	assert(len(described[group].Members) == 1, "%v", described[group])
	one.leave()
	var offsets kadm.Offsets
	offsets.AddOffset(topic, 0, 1, -1)
	check(admin.CommitAllOffsets(soon(), group, offsets))
	fetched, err := admin.FetchOffsets(soon(), group)
	check(err)
	at, _ := fetched.Lookup(topic, 0)
	assert(at.At == 1, "%v", at)
	gone, err := admin.DeleteGroups(soon(), group)
	check(err)
	check(gone.Error())
}

func attempt(run func()) (err error) {
	defer func() {
		if why := recover(); why != nil {
			err = fmt.Errorf("%v", why)
		}
	}()
	run()
	return nil
}

func main() {
	seeds = strings.Split(os.Args[1], ",")
	if len(os.Args) > 4 && os.Args[2] == "--member" {
		doomed := join(os.Args[3], os.Args[4])
		for len(doomed.parts()) == 0 {
			time.Sleep(50 * time.Millisecond)
		}
		fmt.Println("ready")
		select {}
	}
	failed := false
	for _, one := range cases() {
		if err := attempt(one.run); err != nil {
			failed = true
			fmt.Printf("not ok %s: %s\n", one.name, strings.ReplaceAll(err.Error(), "\n", " "))
		} else {
			fmt.Println("ok " + one.name)
		}
	}
	if failed {
		os.Exit(1)
	}
}
