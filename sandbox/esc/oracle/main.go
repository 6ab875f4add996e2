// Command esc-oracle answers with the real Pulumi ESC evaluator what this sandbox's own evaluator is compared with.
// It reads {"cases": [...]} as JSON on stdin and writes one JSON array of results, in the same order.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/hashicorp/hcl/v2"
	"github.com/pulumi/esc"
	"github.com/pulumi/esc/ast"
	"github.com/pulumi/esc/eval"
	"github.com/pulumi/esc/syntax"
)

type testCase struct {
	// Action is open, check, encrypt or decrypt.
	Action       string            `json:"action"`
	Name         string            `json:"name"`
	Text         string            `json:"text"`
	ShowSecrets  bool              `json:"showSecrets"`
	Environments map[string]string `json:"environments"`
}

type diagnostic struct {
	Range    *esc.Range `json:"range,omitempty"`
	Summary  string     `json:"summary"`
	Detail   string     `json:"detail,omitempty"`
	Severity string     `json:"severity"`
	Path     string     `json:"path,omitempty"`
}

type result struct {
	Environment          *esc.Environment  `json:"environment,omitempty"`
	EnvironmentVariables map[string]string `json:"environmentVariables,omitempty"`
	Diagnostics          []diagnostic      `json:"diagnostics"`
	Text                 string            `json:"text,omitempty"`
	Error                string            `json:"error,omitempty"`
}

const cipherPrefix = "test"

// prefixCrypter is reversible and readable on purpose: the comparison is about documents, not about secrecy.
type prefixCrypter struct{}

func (prefixCrypter) Encrypt(_ context.Context, plaintext []byte) ([]byte, error) {
	return append([]byte(cipherPrefix), plaintext...), nil
}

func (prefixCrypter) Decrypt(_ context.Context, ciphertext []byte) ([]byte, error) {
	plaintext, found := bytes.CutPrefix(ciphertext, []byte(cipherPrefix))
	if !found {
		return nil, errors.New("not encrypted by the test")
	}
	return plaintext, nil
}

type noProviders struct{}

func (noProviders) LoadProvider(_ context.Context, name string) (esc.Provider, error) {
	return nil, fmt.Errorf("provider %q is not available", name)
}

func (noProviders) LoadRotator(_ context.Context, name string) (esc.Rotator, error) {
	return nil, fmt.Errorf("rotator %q is not available", name)
}

type environments map[string]string

func (e environments) LoadEnvironment(_ context.Context, name string) ([]byte, eval.Decrypter, error) {
	text, found := e[name]
	if !found {
		return nil, nil, errors.New("not found")
	}
	return []byte(text), prefixCrypter{}, nil
}

func convert(diags syntax.Diagnostics) []diagnostic {
	converted := []diagnostic{}
	for _, d := range diags {
		severity := "error"
		if d.Severity == hcl.DiagWarning {
			severity = "warning"
		}
		var at *esc.Range
		if s := d.Subject; s != nil {
			at = &esc.Range{
				Environment: s.Filename,
				Begin:       esc.Pos{Line: s.Start.Line, Column: s.Start.Column, Byte: s.Start.Byte},
				End:         esc.Pos{Line: s.End.Line, Column: s.End.Column, Byte: s.End.Byte},
			}
		}
		converted = append(converted, diagnostic{at, d.Summary, d.Detail, severity, d.Path})
	}
	return converted
}

func evaluate(ctx context.Context, c testCase, env *ast.EnvironmentDecl) (*esc.Environment, syntax.Diagnostics) {
	execContext, err := esc.NewExecContext(map[string]esc.Value{
		"pulumi": esc.NewValue(map[string]esc.Value{
			"user": esc.NewValue(map[string]esc.Value{"login": esc.NewValue("tester")}),
		}),
	})
	if err != nil {
		panic(err)
	}
	loader := environments(c.Environments)
	if c.Action == "check" {
		return eval.CheckEnvironment(ctx, c.Name, env, prefixCrypter{}, noProviders{}, loader, execContext, c.ShowSecrets)
	}
	return eval.EvalEnvironment(ctx, c.Name, env, prefixCrypter{}, noProviders{}, loader, execContext)
}

func run(ctx context.Context, c testCase) (r result) {
	r.Diagnostics = []diagnostic{}
	defer func() {
		if p := recover(); p != nil {
			r.Error = fmt.Sprintf("panic: %v", p)
		}
	}()
	switch c.Action {
	case "encrypt", "decrypt":
		rewrite := func() ([]byte, error) { return eval.EncryptSecrets(ctx, c.Name, []byte(c.Text), prefixCrypter{}) }
		if c.Action == "decrypt" {
			rewrite = func() ([]byte, error) { return eval.DecryptSecrets(ctx, c.Name, []byte(c.Text), prefixCrypter{}) }
		}
		text, err := rewrite()
		if err != nil {
			r.Error = err.Error()
		}
		r.Text = string(text)
		return r
	}
	env, diags, err := eval.LoadYAMLBytes(c.Name, []byte(c.Text))
	if err != nil {
		r.Error = err.Error()
		return r
	}
	if !diags.HasErrors() {
		evaluated, evalDiags := evaluate(ctx, c, env)
		diags.Extend(evalDiags...)
		r.Environment = evaluated
		if evaluated != nil {
			r.EnvironmentVariables = map[string]string{}
			for k, v := range evaluated.GetEnvironmentVariables() {
				r.EnvironmentVariables[k] = v.ToString(false)
			}
		}
	}
	r.Diagnostics = convert(diags)
	return r
}

func main() {
	var input struct {
		Cases []testCase `json:"cases"`
	}
	if err := json.NewDecoder(os.Stdin).Decode(&input); err != nil {
		fmt.Fprintln(os.Stderr, "reading the cases:", err)
		os.Exit(1)
	}
	results := make([]json.RawMessage, len(input.Cases))
	for i, c := range input.Cases {
		encoded, err := json.Marshal(run(context.Background(), c))
		if err != nil {
			// The evaluator accepts values that have no JSON form (.inf, .nan); a service could not answer them.
			encoded, _ = json.Marshal(result{Diagnostics: []diagnostic{}, Error: err.Error()})
		}
		results[i] = encoded
	}
	if err := json.NewEncoder(os.Stdout).Encode(results); err != nil {
		fmt.Fprintln(os.Stderr, "writing the results:", err)
		os.Exit(1)
	}
}
