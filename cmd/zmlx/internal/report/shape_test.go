package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sarifShape is what the schema of SARIF 2.1.0 says of the objects that zmlx
// writes: the kind of each property's value, or of its elements; "!" marks what
// is required. The schema allows no others.
var sarifShape = map[string]map[string]string{
	"log":         {"version!": "string", "runs!": "run", "$schema": "uri"},
	"run":         {"tool!": "tool", "columnKind": "string", "results": "result"},
	"tool":        {"driver!": "component"},
	"component":   {"name!": "string", "informationUri": "uri", "rules": "rule"},
	"rule":        {"id!": "string", "shortDescription": "text"},
	"text":        {"text!": "string"},
	"result":      {"message!": "text", "ruleId": "string", "level": "level", "locations": "location", "relatedLocations": "location", "fixes": "fix"},
	"location":    {"physicalLocation": "place", "message": "text"},
	"place":       {"artifactLocation!": "artifact", "region!": "region"}, // required by GitHub's code scanning, with its line
	"artifact":    {"uri": "uri"},
	"region":      {"startLine!": "count", "startColumn": "count", "endLine": "count", "endColumn": "count"},
	"fix":         {"artifactChanges!": "change", "description": "text"},
	"change":      {"artifactLocation!": "artifact", "replacements!": "replacement"},
	"replacement": {"deletedRegion!": "region", "insertedContent": "text"},
}

func checkShape(t *testing.T, kind, at string, v any) {
	if list, ok := v.([]any); ok {
		for i, e := range list {
			checkShape(t, kind, at+"/"+strconv.Itoa(i), e)
		}
		return
	}
	switch kind {
	case "string":
		require.IsType(t, "", v, at)
	case "uri":
		u, err := url.Parse(v.(string))
		require.NoError(t, err, at)
		require.Equal(t, u.String(), v, at)
	case "level":
		require.Contains(t, []any{"none", "note", "warning", "error"}, v, at)
	case "count":
		require.GreaterOrEqual(t, v, 1.0, at)
	default:
		properties := sarifShape[kind]
		object, ok := v.(map[string]any)
		require.True(t, ok, at)
		for name := range properties {
			if required, must := strings.CutSuffix(name, "!"); must {
				require.Contains(t, object, required, at)
			}
		}
		for name, value := range object {
			of := properties[name] + properties[name+"!"]
			require.NotEmpty(t, of, "%s has no property %q", at, name)
			require.NotNil(t, value, at+"/"+name)
			checkShape(t, of, at+"/"+name, value)
		}
	}
}

func write(t *testing.T, format Format) []byte {
	t.Helper()
	var b bytes.Buffer
	c := NewChecker(&b, Options{Format: format}, false)
	for _, r := range results() {
		require.NoError(t, c.Add(r))
	}
	require.NoError(t, c.Close(1))
	return b.Bytes()
}

func TestSARIFHasTheShapeOfItsSchema(t *testing.T) {
	var log any
	require.NoError(t, json.Unmarshal(write(t, SARIF), &log))
	checkShape(t, "log", "", log)
	run := log.(map[string]any)["runs"].([]any)[0].(map[string]any)
	var rules []any
	for _, r := range run["tool"].(map[string]any)["driver"].(map[string]any)["rules"].([]any) {
		rules = append(rules, r.(map[string]any)["id"])
	}
	found := run["results"].([]any)
	require.NotEmpty(t, found)
	for _, r := range found {
		require.Contains(t, rules, r.(map[string]any)["ruleId"])
	}
}

// Readers of JUnit's format add the counts up, and take a time for seconds.
func TestJUnitCountsItsCases(t *testing.T) {
	var log struct {
		Suites []struct {
			Name     string `xml:"name,attr"`
			Tests    int    `xml:"tests,attr"`
			Failures int    `xml:"failures,attr"`
			Errors   int    `xml:"errors,attr"`
			Time     string `xml:"time,attr"`
			Cases    []struct {
				Name     string     `xml:"name,attr"`
				Class    string     `xml:"classname,attr"`
				Time     string     `xml:"time,attr"`
				Failures []struct{} `xml:"failure"`
				Errors   []struct{} `xml:"error"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	require.NoError(t, xml.Unmarshal(write(t, JUnit), &log))
	require.Len(t, log.Suites, len(results()))
	for _, s := range log.Suites {
		failures, errors, times := 0, 0, []string{s.Time}
		for _, c := range s.Cases {
			require.NotEmpty(t, c.Name)
			require.NotEmpty(t, c.Class)
			require.LessOrEqual(t, len(c.Failures)+len(c.Errors), 1, c.Name)
			failures, errors, times = failures+len(c.Failures), errors+len(c.Errors), append(times, c.Time)
		}
		require.Equal(t, []int{len(s.Cases), failures, errors}, []int{s.Tests, s.Failures, s.Errors}, s.Name)
		require.False(t, slices.ContainsFunc(times, func(text string) bool { _, err := strconv.ParseFloat(text, 64); return err != nil }), times)
	}
}
