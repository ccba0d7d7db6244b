// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"

	"iolaus/internal/web/ui"
)

// seenName is the name of a fact (iru.Fact) as a page shows it.
func seenName(ctx context.Context, name string) string {
	switch name {
	case "address":
		return ui.T(ctx, "Address")
	case "title":
		return ui.T(ctx, "Title")
	case "languages":
		return ui.T(ctx, "Languages")
	case "made with":
		return ui.T(ctx, "Made with")
	case "redirects to":
		return ui.T(ctx, "Redirects to")
	case "parts from":
		return ui.T(ctx, "Parts from")
	case "counted by":
		return ui.T(ctx, "Counted by")
	case "donations to":
		return ui.T(ctx, "Donations to")
	case "contacts":
		return ui.T(ctx, "Contacts")
	case "names in its text":
		return ui.T(ctx, "Names in its text")
	case "feed":
		return ui.T(ctx, "Feed")
	case "sitemap":
		return ui.T(ctx, "Sitemap")
	case "addresses":
		return ui.T(ctx, "Addresses")
	case "network":
		return ui.T(ctx, "Network")
	case "certificate":
		return ui.T(ctx, "Certificate")
	case "its key":
		return ui.T(ctx, "Its key")
	case "its issuer":
		return ui.T(ctx, "Its issuer")
	case "its names":
		return ui.T(ctx, "Its names")
	case "valid until":
		return ui.T(ctx, "Valid until")
	case "software":
		return ui.T(ctx, "Software")
	case "SSH":
		return ui.T(ctx, "SSH")
	case "CDN":
		return ui.T(ctx, "CDN")
	case "name":
		return ui.T(ctx, "Name")
	case "state":
		return ui.T(ctx, "State")
	case "alias of":
		return ui.T(ctx, "Alias of")
	case "name servers":
		return ui.T(ctx, "Name servers")
	case "mail to":
		return ui.T(ctx, "Mail to")
	case "registrar":
		return ui.T(ctx, "Registrar")
	case "registry":
		return ui.T(ctx, "Registry")
	case "status":
		return ui.T(ctx, "Status")
	case "registered":
		return ui.T(ctx, "Registered")
	case "changed":
		return ui.T(ctx, "Changed")
	case "expires":
		return ui.T(ctx, "Expires")
	case "wildcard":
		return ui.T(ctx, "Wildcard")
	case "no answer":
		return ui.T(ctx, "No answer")
	case "developer":
		return ui.T(ctx, "Developer")
	case "package":
		return ui.T(ctx, "Package")
	case "version":
		return ui.T(ctx, "Version")
	case "signed by":
		return ui.T(ctx, "Signed by")
	case "signature":
		return ui.T(ctx, "Signature")
	case "permissions":
		return ui.T(ctx, "Permissions")
	case "addresses in it":
		return ui.T(ctx, "Addresses in it")
	case "file":
		return ui.T(ctx, "File")
	case "SHA-256":
		return ui.T(ctx, "SHA-256")
	case "updates from":
		return ui.T(ctx, "Updates from")
	case "problem":
		return ui.T(ctx, "Problem")
	case "identifier":
		return ui.T(ctx, "Identifier")
	case "key":
		return ui.T(ctx, "Key")
	case "pages it may read":
		return ui.T(ctx, "Pages it may read")
	case "archive":
		return ui.T(ctx, "Archive")
	case "service":
		return ui.T(ctx, "Service")
	case "list":
		return ui.T(ctx, "List")
	case "from":
		return ui.T(ctx, "From")
	case "links to":
		return ui.T(ctx, "Links to")
	case "issues":
		return ui.T(ctx, "Issues")
	case "description":
		return ui.T(ctx, "Description")
	case "form":
		return ui.T(ctx, "Form")
	case "mount":
		return ui.T(ctx, "Mount")
	case "genre":
		return ui.T(ctx, "Genre")
	case "its site":
		return ui.T(ctx, "Its site")
	case "playing":
		return ui.T(ctx, "Playing")
	case "listeners":
		return ui.T(ctx, "Listeners")
	case "pieces from":
		return ui.T(ctx, "Pieces from")
	case "platform":
		return ui.T(ctx, "Platform")
	case "handle":
		return ui.T(ctx, "Handle")
	case "host":
		return ui.T(ctx, "Host")
	case "copy of":
		return ui.T(ctx, "Copy of")
	case "files":
		return ui.T(ctx, "Files")
	}
	return name
}
